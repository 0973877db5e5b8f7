/* Visible digital seal (Doc 9303-13 versions 3 and 4): text -> bytes -> values, and its signature check by WebCrypto.
 * Pure: touches no page, no storage and no network. Reading is strict: a seal that could be written in two ways could be
 * altered unseen. `keys/vds.py` is the other implementation; they share no code, so each checks the other. */

const MAGIC = 0xdc;
const SIGNATURE_TAG = 0xff;
const MAXIMUM_BYTES = 4096;
const DIGITS = "0123456789ABCDEF";

/** What the reader throws: the text is no seal in the one form we accept. */
export class Malformed extends Error {}

/** base64url without padding, canonical: the unused bits of the last character are zero. */
export function bytesOf(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) throw new Malformed("not base64url");
  if (text.length > Math.ceil((MAXIMUM_BYTES * 4) / 3)) throw new Malformed("longer than a seal can be");
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const again = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text) throw new Malformed("not canonical base64url");
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A cursor over bytes that never reads past the end. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    if (this.at + count > this.bytes.length) throw new Malformed("the seal ends too early");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  byte() {
    return this.take(1)[0];
  }

  /** DER definite length in its shortest form. */
  length() {
    const first = this.byte();
    if (first < 0x80) return first;
    if (first === 0x81) {
      const value = this.byte();
      if (value < 0x80) throw new Malformed("a length is not in its shortest form");
      return value;
    }
    if (first === 0x82) {
      const [high, low] = this.take(2);
      const value = high * 256 + low;
      if (value < 0x100 || value > MAXIMUM_BYTES) throw new Malformed("a length is not in its shortest form");
      return value;
    }
    throw new Malformed("a length begins with an unknown byte");
  }
}

function c40Character(code) {
  if (code === 3) return " ";
  if (code >= 4 && code <= 13) return String.fromCharCode(code + 44);
  if (code >= 14 && code <= 39) return String.fromCharCode(code + 51);
  throw new Malformed("C40 text holds a code that stands for no character");
}

/** Capital letters, digits and spaces, three characters in two bytes. */
export function c40(bytes) {
  if (bytes.length % 2) throw new Malformed("C40 text has an odd number of bytes");
  let out = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const last = i + 2 === bytes.length;
    if (bytes[i] === 0xfe && last) {
      const single = String.fromCharCode((bytes[i + 1] + 255) % 256);
      if (!/^[A-Z0-9 ]$/.test(single)) throw new Malformed("C40 text ends in an unknown character");
      return out + single;
    }
    const value = bytes[i] * 256 + bytes[i + 1] - 1;
    const codes = [Math.floor(value / 1600), Math.floor(value / 40) % 40, value % 40];
    if (last && codes[2] === 0) codes.pop();
    out += codes.map(c40Character).join("");
  }
  return out;
}

/** The number MMDDYYYY in three bytes, as `YYYY-MM-DD`. */
export function day(bytes) {
  if (bytes.length !== 3) throw new Malformed("a date does not have three bytes");
  const number = bytes[0] * 65536 + bytes[1] * 256 + bytes[2];
  const [year, month, date] = [number % 10000, Math.floor(number / 1000000), Math.floor(number / 10000) % 100];
  const iso = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  if (year < 1 || Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== iso) {
    throw new Malformed("a date that does not exist");
  }
  return iso;
}

function signerOf(reader, version) {
  if (version === 3) {
    const text = c40(reader.take(6));
    if (text.length !== 9) throw new Malformed("the certificate reference does not have its length");
    return [text.slice(0, 4), text.slice(4)];
  }
  const start = reader.at;
  const digits = c40(reader.take(4)).slice(4);
  if (digits.length !== 2 || [...digits].some((digit) => !DIGITS.includes(digit))) {
    throw new Malformed("the length of the certificate reference is not two hexadecimal digits");
  }
  const count = 6 + parseInt(digits, 16);
  if (count === 6) throw new Malformed("the certificate reference is empty");
  reader.at = start;
  const text = c40(reader.take(Math.ceil(count / 3) * 2));
  if (text.length !== count) throw new Malformed("the certificate reference does not have its declared length");
  return [text.slice(0, 4), text.slice(6)];
}

/** Read a whole seal. `features` is a list of [tag, bytes]; `signed` are the bytes under the signature (r || s). */
export function read(bytes) {
  if (bytes.length > MAXIMUM_BYTES) throw new Malformed("longer than a seal can be");
  const reader = new Reader(bytes);
  if (reader.byte() !== MAGIC) throw new Malformed("not a visible digital seal");
  const version = { 2: 3, 3: 4 }[reader.byte()];
  if (!version) throw new Malformed("unknown seal version");
  const issuer = c40(reader.take(2));
  const [signer, reference] = signerOf(reader, version);
  const issuedOn = day(reader.take(3));
  const signedOn = day(reader.take(3));
  const definition = reader.byte();
  const category = reader.byte();
  const features = [];
  for (;;) {
    const start = reader.at;
    const tag = reader.byte();
    const value = reader.take(reader.length());
    if (tag === SIGNATURE_TAG) {
      if (reader.at !== bytes.length) throw new Malformed("bytes follow the signature");
      if (!value.length || value.length % 2) throw new Malformed("the signature is not two numbers of equal length");
      const signed = bytes.subarray(0, start);
      return { version, issuer, signer, reference, issuedOn, signedOn, definition, category, features, signed, signature: value };
    }
    features.push([tag, value]);
  }
}

/** Whether `signature` (plain r || s) over `signed` is by the key of `signer` (`public_key_spki` in base64, `curve`, `hash`). */
export async function signatureHolds(seal, signer) {
  const der = Uint8Array.from(atob(signer.public_key_spki), (character) => character.charCodeAt(0));
  const algorithm = { name: "ECDSA", namedCurve: signer.curve };
  const key = await crypto.subtle.importKey("spki", der, algorithm, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: signer.hash }, key, seal.signature, seal.signed);
}
