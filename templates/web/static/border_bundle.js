/* The offline bundle in the browser: is it ours, whole and the newest seen? And how it is kept and brought up to date.
 * Whom to believe (`signers`) came with the page while there was a line; the bundle never vouches for itself.
 * `issuance/border/bundle` and `keys/bundle_verify.py` are the other implementation. Numbers are looked up here alone. */

import { StatusSet } from "./status_set.js";

const TYPE = "border-bundle+jws";
const FORMAT = "border-bundle/1";
const BUNDLE = "/v1/border/bundle";
const HEAD_MAXIMUM = 262144;
const KEPT = "border-bundle";
const HEAD = "/border/kept/head";
const NEWEST = "/border/kept/newest";
const statusKey = (version) => `/border/kept/status-${version}`;

/** Why a bundle is not believed: `reason` names words of the page (`bundle.<reason>`). */
export class Refused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

function hex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes) {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

function base64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Base64url without padding, in its one spelling. */
function base64url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) throw new Refused("damaged");
  const bytes = base64(text.replace(/-/g, "+").replace(/_/g, "/"));
  const again = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text) throw new Refused("damaged");
  return bytes;
}

function json(bytes) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/** The claims of a signed head (text) by one of `signers`. Throws `Refused`: `damaged`, `signer`, `signature`. */
export async function readHead(token, signers) {
  let header, claims, signature, signed;
  try {
    const parts = token.split(".");
    if (token.length > HEAD_MAXIMUM || parts.length !== 3) throw new TypeError();
    [header, claims] = parts.slice(0, 2).map((part) => json(base64url(part)));
    signature = base64url(parts[2]);
    signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
    if (Object.keys(header).sort().join() !== "alg,typ,x5c" || header.alg !== "ES256" || header.typ !== TYPE) throw new TypeError();
    if (signature.length !== 64 || claims.format !== FORMAT || !Number.isSafeInteger(claims.version)) throw new TypeError();
  } catch {
    throw new Refused("damaged");
  }
  const certificate = await sha256(base64(header.x5c[0]));
  const signer = signers.find((one) => one.certificate_sha256 === certificate);
  if (!signer) throw new Refused("signer");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("spki", base64(signer.public_key_spki), algorithm, false, ["verify"]);
  if (!(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed))) throw new Refused("signature");
  const made = Date.parse(claims.made_at);
  if (!(made >= Date.parse(signer.valid_from) && made <= Date.parse(signer.valid_to))) throw new Refused("signer");
  if (!(Date.parse(claims.good_until) >= made)) throw new Refused("damaged");
  return claims;
}

function memberOf(claims, name) {
  const member = claims.files.find((one) => one.name === name);
  if (!member) throw new Refused("damaged");
  return member;
}

async function requireDigest(bytes, member) {
  if (bytes.length !== member.size || (await sha256(bytes)) !== member.sha256) throw new Refused("damaged");
}

/** `{claims, set}` of what is kept, null when nothing is. Throws `Refused`, also `older` than one seen. */
export async function kept(signers) {
  const store = await caches.open(KEPT);
  const held = await store.match(HEAD);
  if (!held) return null;
  const claims = await readHead(await held.text(), signers);
  if (claims.version < (await newest(store))) throw new Refused("older");
  const status = await store.match(statusKey(claims.version));
  if (!status) throw new Refused("damaged");
  const bytes = new Uint8Array(await status.arrayBuffer());
  await requireDigest(bytes, memberOf(claims, "status"));
  try {
    return { claims, set: new StatusSet(bytes) };
  } catch {
    throw new Refused("damaged");
  }
}

async function newest(store) {
  const held = await store.match(NEWEST);
  return held ? Number(await held.text()) : 0;
}

/** Ask the register for the newest bundle, a change of ours where it has one. Throws `Refused`, and what `fetch` throws. */
export async function update(signers) {
  const { jws: token } = await (await asked(BUNDLE)).json();
  const claims = await readHead(token, signers);
  const store = await caches.open(KEPT);
  const seen = await newest(store);
  if (claims.version < seen) throw new Refused("older");
  const before = await kept(signers).catch(() => null);
  if (before?.claims.version === claims.version) return claims;
  const status = (before && (await byDelta(store, before, token, claims))) ?? (await whole(claims));
  // The head is written last: what is there before and after is one bundle, never half of two.
  await store.put(statusKey(claims.version), new Response(status));
  await store.put(NEWEST, new Response(String(claims.version)));
  await store.put(HEAD, new Response(token));
  for (const request of await store.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/border/kept/status-") && pathname !== statusKey(claims.version)) await store.delete(request);
  }
  return claims;
}

async function asked(address) {
  const answer = await fetch(address, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Refused("unasked");
  return answer;
}

async function whole(claims) {
  const answer = await asked(`${BUNDLE}/${claims.version}/status`);
  const status = new Uint8Array(await answer.arrayBuffer());
  await requireDigest(status, memberOf(claims, "status"));
  return status;
}

/** The newer status set by the change from ours, null: take the whole. */
async function byDelta(store, before, token, claims) {
  const member = memberOf(claims, "status");
  const held = await store.match(statusKey(before.claims.version));
  const ours = new Uint8Array(await held.arrayBuffer());
  if (memberOf(before.claims, "status").sha256 === member.sha256) return ours;
  try {
    const answer = await asked(`${BUNDLE}/${claims.version}/delta-${before.claims.version}`);
    const base = await (await store.match(HEAD)).text();
    const [how, part] = await stepOf(new Uint8Array(await answer.arrayBuffer()), base, token);
    const status = how === "whole" ? part : await changed(ours, part);
    await requireDigest(status, member);
    return status;
  } catch {
    return null;
  }
}

/** The set after a change, made beside the page. */
function changed(before, change) {
  const worker = new Worker("/static/status_worker.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { after } }) => (after ? resolve(after) : reject(new Refused("damaged")));
    worker.onerror = () => reject(new Refused("damaged"));
    worker.postMessage({ before, change });
  }).finally(() => worker.terminate());
}

/** How the status set of a delta comes about, and its bytes. */
async function stepOf(bytes, base, token) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (start, size) => new TextDecoder("latin1").decode(bytes.subarray(start, start + size));
  const [head, frame] = [view.getUint32(8, true), view.getUint32(12, true)];
  if (text(0, 8) !== "LYBDELTA" || text(16, head) !== token) throw new Refused("damaged");
  const told = JSON.parse(text(16 + head, frame));
  if (told.base_sha256 !== (await sha256(new TextEncoder().encode(base)))) throw new Refused("damaged");
  let at = 16 + head + frame;
  for (const step of told.steps) {
    if (step.name === "status") return [step.how, bytes.subarray(at, at + step.size)];
    at += step.size;
  }
  throw new Refused("damaged");
}
