/* The status set of a border bundle in the browser: how a document of ours stands, looked up where it lies, and a set
 * brought up to date by a change. Pure: touches no page, no storage and no network; no number leaves this file.
 * `issuance/border/bundle/status_set.py` and `status_patch.py` are the other implementation; the layout is in
 * docs/border-bundle.md. Places are below 2^53, so that a number of JavaScript holds each exactly. */

const SET = "LYSTATUS";
const CHANGE = "LYCHANGE";
const VERSION = 1;
const BUCKETS = 256;
const RANKED = 512;
const HEADER_MAXIMUM = 1 << 20;
const GONE = 255;
const PARTS = ["low", "high", "starts", "marks", "ranks", "codes"];
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => [...byte.toString(2)].filter((bit) => bit === "1").length);

/** What the reader throws: the bytes are no status set, or no change of one. */
export class Damaged extends Error {}

/** As numbers are compared: capitals, without blanks round them and fillers at the end. */
function normal(number) {
  return number.trim().toUpperCase().replace(/<+$/, "");
}

function sizeOf(universe) {
  const size = universe.alphabet.length ** universe.length;
  if (!Number.isSafeInteger(size)) throw new Damaged("a universe beyond 53 bits");
  return size;
}

/** The place of a number in a universe, null: it does not fit. */
function placeOf(universe, number) {
  const { prefix, alphabet, length } = universe;
  if (number.length > prefix.length + length || !number.startsWith(prefix)) return null;
  let place = 0;
  for (const character of number.slice(prefix.length).padEnd(length, "<")) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    place = place * alphabet.length + digit;
  }
  return place;
}

/** The last universe takes every number that a zone can hold, and is no series of ours. */
function isSeries({ prefix, alphabet, length }) {
  return prefix !== "" || length !== 9 || alphabet !== "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
}

/** The header's object and the bytes behind it, of a file that begins with `magic`. */
function opened(bytes, magic) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const named = new TextDecoder("latin1").decode(bytes.subarray(0, 8));
  if (bytes.length < 16 || named !== magic || view.getUint32(8, true) !== VERSION) throw new Damaged(`not a ${magic}`);
  const size = view.getUint32(12, true);
  if (size > HEADER_MAXIMUM || 16 + size > bytes.length) throw new Damaged("its header is too long");
  try {
    const head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(16, 16 + size)));
    if (!Array.isArray(head.states) || !head.states.every((state) => typeof state === "string")) throw new TypeError();
    if (!head.states.includes(head.default) || head.states.length > 16 || !Array.isArray(head.sections)) throw new TypeError();
    head.sections.forEach(sizeOf);
    return [head, bytes.subarray(16 + size)];
  } catch (error) {
    throw error instanceof Damaged ? error : new Damaged("its header does not read");
  }
}

/** `width` bits from bit `at` on, the lowest first. */
function bitsAt(bytes, at, width) {
  let value = 0;
  let index = Math.floor(at / 8);
  let shift = at % 8;
  for (let got = 0; got < width; index++) {
    const some = Math.min(8 - shift, width - got);
    value += ((bytes[index] >> shift) & ((1 << some) - 1)) * 2 ** got;
    got += some;
    shift = 0;
  }
  return value;
}

function putBits(bytes, at, width, value) {
  let index = Math.floor(at / 8);
  let shift = at % 8;
  let left = value;
  for (let put = 0; put < width; index++) {
    const some = Math.min(8 - shift, width - put);
    const low = left % 2 ** some;
    bytes[index] |= low << shift;
    left = (left - low) / 2 ** some;
    put += some;
    shift = 0;
  }
}

/** One universe's part of a set, read in place. */
class Section {
  constructor(told, data, states) {
    Object.assign(this, { told, states, count: told.count, lowBits: told.low_bits, size: sizeOf(told) });
    const { count, low_bits: lowBits, marked } = told;
    if (![count, lowBits, marked].every((one) => Number.isSafeInteger(one) && one >= 0)) throw new Damaged("a size that is none");
    const buckets = count ? Math.floor((this.size - 1) / 2 ** lowBits) + 1 : 0;
    const wanted = [
      Math.ceil((count * lowBits) / 8),
      Math.ceil((buckets + count) / 8),
      Math.ceil(buckets / BUCKETS) * 4,
      Math.ceil(count / 8),
      Math.ceil(count / RANKED) * 4,
      Math.ceil(marked / 2),
    ];
    PARTS.forEach((name, index) => {
      const [start, size] = told[name];
      if (size !== wanted[index] || !(start >= 0) || start + size > data.length) throw new Damaged(`${name}: another length`);
      this[name] = data.subarray(start, start + size);
    });
  }

  isSet(bytes, at) {
    return (bytes[at >>> 3] >> (at & 7)) & 1;
  }

  word(bytes, index) {
    return bitsAt(bytes, index * 32, 32);
  }

  /** How many smaller places stand before it, null: it is not held. */
  find(place) {
    if (!this.count) return null;
    const bucket = Math.floor(place / 2 ** this.lowBits);
    const wanted = place - bucket * 2 ** this.lowBits;
    let at = this.after(this.word(this.starts, Math.floor(bucket / BUCKETS)), bucket % BUCKETS);
    for (let index = at - bucket; index >= 0 && index < this.count && this.isSet(this.high, at); index++, at++) {
      if (bitsAt(this.low, index * this.lowBits, this.lowBits) === wanted) return index;
    }
    return null;
  }

  /** The place in `high` behind so many zeros from `at` on. */
  after(at, zeros) {
    const end = this.high.length * 8;
    let left = zeros;
    while (left && at < end) {
      const byte = this.high[at >>> 3];
      if (!(at & 7) && 8 - ONES[byte] < left) {
        left -= 8 - ONES[byte];
        at += 8;
      } else {
        if (!this.isSet(this.high, at)) left -= 1;
        at += 1;
      }
    }
    if (left || at >= end) throw new Damaged("a sample that leads beyond the end");
    return at;
  }

  /** The code of the place at this rank. */
  code(index, normally) {
    if (!this.isSet(this.marks, index)) return normally;
    const block = Math.floor(index / RANKED);
    let rank = this.word(this.ranks, block);
    for (let at = block * RANKED; at < index; at++) rank += this.isSet(this.marks, at);
    if (rank >= this.told.marked) throw new Damaged("a rank beyond the codes");
    const code = (this.codes[rank >>> 1] >> (4 * (rank & 1))) & 15;
    if (code >= this.states) throw new Damaged("a code without a state");
    return code;
  }

  /** All places, ascending, and their codes. */
  content(normally) {
    const places = new Float64Array(this.count);
    const codes = new Uint8Array(this.count).fill(normally);
    let marked = 0;
    for (let at = 0, index = 0; at < this.high.length * 8 && index < this.count; at++) {
      if (!this.isSet(this.high, at)) continue;
      places[index] = (at - index) * 2 ** this.lowBits + bitsAt(this.low, index * this.lowBits, this.lowBits);
      if (this.isSet(this.marks, index)) {
        codes[index] = (this.codes[marked >>> 1] >> (4 * (marked & 1))) & 15;
        marked += 1;
      }
      index += 1;
    }
    return { places, codes };
  }
}

/** A set read in place. bytes: Uint8Array. Throws `Damaged`. */
export class StatusSet {
  constructor(bytes) {
    const [head, data] = opened(bytes, SET);
    this.head = head;
    this.normally = head.states.indexOf(head.default);
    this.sections = head.sections.map((told) => new Section(told, data, head.states.length));
  }

  /** Whether the number is of one of its series, held or not. */
  ofSeries(number) {
    return this.sections.some(({ told }) => isSeries(told) && placeOf(told, normal(number)) !== null);
  }

  /** The state of this number, null: it is not held. */
  stateOf(number) {
    for (const section of this.sections) {
      const place = placeOf(section.told, normal(number));
      if (place === null) continue;
      const index = section.find(place);
      return index === null ? null : this.head.states[section.code(index, this.normally)];
    }
    return null;
  }

  /** The bytes of the set that `change` makes of this one, as the register writes them. Throws `Damaged`. */
  changed(change) {
    const { head, sections } = readChange(change);
    const frame = ({ states, default: normally, sections: held }) =>
      JSON.stringify([states, normally, held.map(({ prefix, alphabet, length }) => [prefix, alphabet, length])]);
    if (frame(head) !== frame(this.head)) throw new Damaged("a change of another kind of status set");
    const after = this.sections.map((section, index) => merged(section.content(this.normally), sections[index]));
    return written(this.head, after);
  }
}

function readChange(bytes) {
  const [head, data] = opened(bytes, CHANGE);
  let at = 0;
  const sections = head.sections.map((told) => {
    const { count, gaps } = told;
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(gaps) || at + gaps + count > data.length) {
      throw new Damaged("a change that ends early");
    }
    const places = placesOf(data.subarray(at, at + gaps), count, sizeOf(told));
    const codes = data.subarray(at + gaps, at + gaps + count);
    if (codes.some((code) => code >= head.states.length && code !== GONE)) throw new Damaged("a code without a state");
    at += gaps + count;
    return { places, codes };
  });
  if (at !== data.length) throw new Damaged("a change with more behind it");
  return { head, sections };
}

/** Ascending places below `size`, from gaps of seven bits a byte, the lowest first. */
function placesOf(data, count, size) {
  const places = new Float64Array(count);
  let at = 0;
  let place = -1;
  for (let index = 0; index < count; index++) {
    let gap = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= data.length || shift > 49) throw new Damaged("a gap that ends early or is too long");
      const byte = data[at++];
      gap += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const next = index ? place + gap : gap;
    if (next <= place || next >= size) throw new Damaged("places out of order");
    places[index] = place = next;
  }
  if (at !== data.length) throw new Damaged("other than so many gaps");
  return places;
}

function merged(before, change) {
  const most = before.places.length + change.places.length;
  const places = new Float64Array(most);
  const codes = new Uint8Array(most);
  let count = 0;
  const put = (place, code) => {
    if (code === GONE) return;
    places[count] = place;
    codes[count++] = code;
  };
  let a = 0;
  for (let b = 0; b < change.places.length; b++) {
    while (a < before.places.length && before.places[a] < change.places[b]) put(before.places[a], before.codes[a++]);
    if (a < before.places.length && before.places[a] === change.places[b]) a += 1;
    put(change.places[b], change.codes[b]);
  }
  while (a < before.places.length) put(before.places[a], before.codes[a++]);
  return { places: places.subarray(0, count), codes: codes.subarray(0, count) };
}

function written(head, sections) {
  const normally = head.states.indexOf(head.default);
  const parts = [];
  let at = 0;
  const told = sections.map((section, index) => {
    const made = encoded(head.sections[index], section, normally);
    const places = {};
    for (const name of PARTS) {
      places[name] = [at, made.parts[name].length];
      parts.push([at, made.parts[name]]);
      at = Math.ceil((at + made.parts[name].length) / 8) * 8;
    }
    const { alphabet, prefix, length } = head.sections[index];
    return {
      alphabet, codes: places.codes, count: section.places.length, high: places.high, length, low: places.low,
      low_bits: made.lowBits, marked: made.marked, marks: places.marks, prefix, ranks: places.ranks, starts: places.starts,
    };
  });
  const text = JSON.stringify({ default: head.default, sections: told, states: head.states });
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const out = new Uint8Array(16 + header.length + at);
  out.set(new TextEncoder().encode(SET));
  const view = new DataView(out.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, header.length, true);
  out.set(header, 16);
  for (const [start, part] of parts) out.set(part, 16 + header.length + start);
  return out;
}

function encoded(universe, { places, codes }, normally) {
  const count = places.length;
  const size = sizeOf(universe);
  let lowBits = 0;
  for (let share = count ? Math.floor(size / count) : 0; share >= 2; share = Math.floor(share / 2)) lowBits += 1;
  const unit = 2 ** lowBits;
  const buckets = count ? Math.floor((size - 1) / unit) + 1 : 0;
  const low = new Uint8Array(Math.ceil((count * lowBits) / 8));
  const high = new Uint8Array(Math.ceil((buckets + count) / 8));
  const starts = new Uint32Array(Math.ceil(buckets / BUCKETS));
  const marks = new Uint8Array(Math.ceil(count / 8));
  const ranks = new Uint32Array(Math.ceil(count / RANKED));
  const marked = codes.reduce((sum, code) => sum + (code !== normally), 0);
  const told = new Uint8Array(Math.ceil(marked / 2));
  let rank = 0;
  let sample = 0;
  for (let index = 0; index < count; index++) {
    const bucket = Math.floor(places[index] / unit);
    for (; sample * BUCKETS <= bucket; sample++) starts[sample] = sample * BUCKETS + index;
    putBits(low, index * lowBits, lowBits, places[index] - bucket * unit);
    high[(bucket + index) >>> 3] |= 1 << ((bucket + index) & 7);
    if (index % RANKED === 0) ranks[index / RANKED] = rank;
    if (codes[index] === normally) continue;
    marks[index >>> 3] |= 1 << (index & 7);
    told[rank >>> 1] |= codes[index] << (4 * (rank & 1));
    rank += 1;
  }
  for (; sample < starts.length; sample++) starts[sample] = sample * BUCKETS + count;
  const bytes = (words) => {
    const out = new Uint8Array(words.length * 4);
    const view = new DataView(out.buffer);
    words.forEach((word, index) => view.setUint32(index * 4, word, true));
    return out;
  };
  return { lowBits, marked, parts: { low, high, starts: bytes(starts), marks, ranks: bytes(ranks), codes: told } };
}
