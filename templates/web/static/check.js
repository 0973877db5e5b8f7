/* The public page `/c`: checks the seal in the address fragment inside this browser, then asks the register whether it still
 * holds, and only then says what came out: a withdrawn certificate never looks good first. Sent are the number and the digest of
 * the seal, nothing else and to nowhere else: the page's policy lets a script reach that one address. Without a line it says so.
 * Format, signers and words come with the page (`check-data`), made from the specification and this service's trust. */

import { Malformed, bytesOf, c40, day, read, signatureHolds } from "./vds.js";

const data = JSON.parse(document.getElementById("check-data").textContent);
const { format, signers, travel, words } = data;
const ASKED = "/v1/certificate-status";
const PATIENCE = 8000; // milliseconds

/** Why a seal is not good: `reason` names words of the page. */
class Refused extends Error {
  constructor(reason, status = "invalid") {
    super(reason);
    this.reason = reason;
    this.status = status;
  }
}

async function digestOf(bytes, count) {
  const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hex(whole.subarray(0, count));
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function valueOf(feature, bytes) {
  if (!bytes.length || bytes.length > feature.maximum_bytes) throw new Malformed(`${feature.id}: length`);
  if (feature.encoding === "number") return bytes[0];
  if (feature.encoding === "c40") return c40(bytes);
  if (feature.encoding === "date") return day(bytes);
  if (feature.encoding === "digest") {
    if (bytes.length !== feature.maximum_bytes) throw new Malformed(`${feature.id}: length`);
    return hex(bytes);
  }
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  // A control or direction mark could make the screen show another name than the one signed.
  if (/\p{C}/u.test(text) || text.normalize("NFC") !== text) throw new Malformed(`${feature.id}: hidden characters`);
  return text;
}

/** The features by id; each stands once and in the order of the specification. */
function factsOf(seal) {
  const { issuer, seal_version: version, definition, category } = format;
  const same = seal.issuer === issuer && seal.version === version;
  if (!same || seal.definition !== definition || seal.category !== category) throw new Refused("kind");
  if (seal.features.length !== format.features.length) throw new Refused("contents");
  const facts = {};
  format.features.forEach((feature, index) => {
    const [tag, bytes] = seal.features[index];
    if (tag !== feature.tag) throw new Refused("contents");
    facts[feature.id] = valueOf(feature, bytes);
  });
  if (!format.editions.includes(facts.edition)) throw new Refused("kind");
  return facts;
}

function today() {
  return new Date(Date.now() + format.utc_offset_minutes * 60000).toISOString().slice(0, 10);
}

/** A day's slack: the seal dates its signature on the civil day of its country, the certificate in UTC. */
function dayBefore(moment) {
  return new Date(Date.parse(moment) - 86400000).toISOString().slice(0, 10);
}

/** Whether a seal calls itself that of a travel document, of any State: nothing this script would judge. */
function ofTravel({ issuer, definition, category }) {
  return travel.some(
    (one) => one.definition === definition && one.category === category && (one.issuer ?? issuer) === issuer,
  );
}

/** The facts of a seal that is genuine; throws `Refused` with the first reason it is not, or not known to be. */
async function check(text) {
  let seal;
  try {
    seal = read(bytesOf(text));
  } catch (error) {
    if (error instanceof Malformed) throw new Refused("unreadable");
    throw error;
  }
  if (ofTravel(seal)) throw new Refused("travel", "travel");
  const signer = signers.find((one) => one.signer === seal.signer && one.reference === seal.reference);
  if (!signer) throw new Refused("signer");
  if (signer.state === "unsupported") throw new Refused("browser", "indeterminate");
  if (!(await signatureHolds(seal, signer))) throw new Refused("signature");
  let facts;
  try {
    facts = factsOf(seal);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("contents");
  }
  if (!signer.certificate_sha256.startsWith(facts.signer_digest)) throw new Refused("signer");
  const address = new TextEncoder().encode(format.address);
  if (facts.address_digest !== (await digestOf(address, facts.address_digest.length / 2))) throw new Refused("address");
  const { valid_from: from, valid_to: to } = signer;
  if (seal.signedOn < dayBefore(from) || seal.signedOn > to.slice(0, 10)) throw new Refused("signer");
  const dates = [seal.issuedOn, seal.signedOn, facts.expires_on];
  if (dates[0] > dates[1] || dates[0] > dates[2] || dates[1] > today()) throw new Refused("dates");
  const outcome = Object.keys(format.outcomes).find((id) => format.outcomes[id] === facts.outcome);
  if (!outcome) throw new Refused("contents");
  if (!/^\d{8}$/.test(facts.birth_date)) throw new Refused("contents");
  const known = { ...facts, issued_on: seal.issuedOn, outcome: words.outcome[outcome] };
  if (facts.expires_on < today()) return { status: "expired", facts: known };
  if (signer.state !== "good") throw new Refused("revocation", "indeterminate");
  return { status: "valid", facts: known };
}

function shownBirthDate(digits) {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}

/** What the register says of a genuine seal: `status` of this page, its sentence, and the steps of legalisation. */
async function asked(number, digest) {
  const answer = await fetch(ASKED, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ number, seal: digest }),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status === 404) return { status: "unregistered" };
  if (!answer.ok) return { status: "unasked" };
  const told = await answer.json();
  const known = { good: "valid", expired: "expired" };
  const steps = told.legalised.map((one) => [one[words.language], one.on]);
  const status = known[told.code] ?? "ended";
  const text = told.text[words.language];
  return { status, text: status === "valid" ? `${words.text.valid} ${text}` : text, steps };
}

/** The look of a status: only what the register called good is shown as good. */
const LOOKS = { ended: "invalid", unasked: "indeterminate", unregistered: "indeterminate", asking: "asking", travel: "indeterminate" };

function show(text, status, reason, facts, told = {}) {
  const box = document.getElementById("result");
  const verdict = box.querySelector(".verdict");
  const look = LOOKS[status] ?? status;
  verdict.className = `verdict ${look}`;
  verdict.querySelector("h2").textContent = words.heading[reason === "unreadable" ? "unreadable" : status];
  verdict.querySelector("p").textContent = reason ? words.reason[reason] : (told.text ?? words.text[status]);
  box.querySelectorAll(".mark > svg").forEach((mark) => mark.toggleAttribute("hidden", mark.dataset.status !== look));
  const list = box.querySelector("dl");
  list.replaceChildren();
  for (const { id, label, kind } of facts ? words.facts : []) {
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    const shown = document.createElement("bdi");
    term.textContent = label;
    shown.textContent = id === "birth_date" ? shownBirthDate(facts[id]) : facts[id];
    if (kind === "ltr") shown.className = "ltr";
    shown.dataset.fact = id;
    value.append(shown);
    list.append(term, value);
  }
  if (told.steps?.length) {
    const term = document.createElement("dt");
    term.textContent = words.legalised;
    list.append(term);
    for (const [title, day] of told.steps) {
      const value = document.createElement("dd");
      const shown = document.createElement("bdi"); // among Arabic words a bare date is turned round
      shown.className = "ltr";
      shown.textContent = day;
      value.append(`${title} `, shown);
      list.append(value);
    }
  }
  box.querySelector(".about").hidden = !facts;
  document.getElementById("ask-card").hidden = status !== "unasked";
  box.dataset.status = status;
  box.dataset.of = text;
  box.hidden = false;
  document.getElementById("start").hidden = true;
  document.title = `${words.heading[status] || words.heading.invalid} – ${words.site}`;
}

async function run() {
  const text = location.hash.slice(1);
  document.querySelectorAll("a.switch").forEach((link) => {
    link.hash = text;
  });
  if (!text) {
    document.getElementById("result").hidden = true;
    document.getElementById("start").hidden = document.getElementById("answer") !== null;
    return;
  }
  if (!globalThis.crypto || !crypto.subtle) {
    show(text, "indeterminate", "browser", null);
    return;
  }
  try {
    const { status, facts } = await check(text);
    const ask = document.getElementById("ask");
    ask.elements.number.value = facts.number;
    ask.elements.seal.value = await digestOf(new TextEncoder().encode(text), 32);
    show(text, "asking", null, facts);
    const told = await asked(facts.number, ask.elements.seal.value).catch(() => ({ status: "unasked" }));
    if (location.hash.slice(1) !== text) return; // another seal was opened meanwhile
    const ended = told.status === "ended";
    if (status === "expired" && !ended) show(text, "expired", null, facts);
    else show(text, told.status, null, facts, told);
  } catch (error) {
    if (error instanceof Refused) show(text, error.status, error.reason, null);
    else show(text, "indeterminate", "browser", null);
  }
}

/** Without a line a form would lose the page: a pasted seal is checked here instead, and what is shown stays. */
function keep(event) {
  const box = document.getElementById("no-line");
  box.hidden = navigator.onLine;
  if (navigator.onLine) return;
  event.preventDefault();
  const [, seal] = (event.target.elements.text?.value.trim() ?? "").split("#");
  box.hidden = Boolean(seal);
  if (seal) location.hash = seal;
  else box.scrollIntoView({ block: "nearest" });
}

/** The line is back: what could not be asked is asked now. */
function resume() {
  document.getElementById("no-line").hidden = true;
  if (document.getElementById("result").dataset.status === "unasked") run();
}

document.getElementById("no-script").hidden = true;
for (const form of document.querySelectorAll("form[action='/c']")) form.addEventListener("submit", keep);
addEventListener("online", resume);
addEventListener("hashchange", run);
run();
