/* The border page: what a reader types, what is dropped, one answer, the next traveller. Nothing of a traveller is kept:
 * no storage is written with it, and the next traveller finds neither fields nor answers.
 * Rules, limits and words come with the page (`border-data`). */

import { Refused, kept, update } from "./border_bundle.js";
import { inspect as inspectOffline } from "./border_offline.js";
import { announce, draw, worded, write } from "./border_view.js";
import { check, isWhole, linesOf, zoneAtEnd } from "./mrz.js";

const data = JSON.parse(document.getElementById("border-data").textContent);
const { words, limits } = data;
const INSPECTIONS = "/v1/border/inspections";
const TYPING_MS = 150; // so long the typing rests before a whole zone is asked about
const PAUSE_MS = 1000; // keys further apart are not of one run of a reader
const RUN_MS = 5000; // nobody types a zone by hand in that time
const BUNDLE_MS = 10 * 60 * 1000; // between two questions for a newer bundle
const PATIENCE_MS = { text: 10000, files: 45000 };

const form = document.getElementById("inspect");
const zone = form.elements.mrz;
const { page, chip, seal } = form.elements;
const digits = document.getElementById("digits");

/** turn: of the inspection under way, so that a late answer is not shown; inspected: the zone last asked about; typed:
 *  what a reader types beside the field; refused: why a bundle offered by the line is not believed; back: the line is. */
const state = {
  refused: "", back: false, turn: 0, asking: null, inspected: "", waiting: 0,
  typed: "", typedAt: 0, changedAt: 0, begunAt: 0,
};

const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: data.time_zone });
const timeOf = new Intl.DateTimeFormat("en-GB", { timeZone: data.time_zone, hour: "2-digit", minute: "2-digit" });
data.today = () => dayOf.format(new Date());
data.moment = (text) => {
  const moment = new Date(text);
  return `\u2066${dayOf.format(moment)} ${timeOf.format(moment)}\u2069`;
};

/** What is filled in: lines, page, chip files, seal; null when nothing is. */
function given() {
  const lines = linesOf(zone.value, data.mrz);
  const found = { lines, page: page.files[0] ?? null, chip: [...chip.files], seal: seal.value.trim() };
  return lines.length || found.page || found.chip.length || found.seal ? found : null;
}

/** Ask, and show the answer; `focus`: lead the reader of the screen to it. */
async function inspect(focus = true) {
  clearTimeout(state.waiting);
  const asked = given();
  if (!asked) {
    refuse("nothing");
    zone.focus();
    return;
  }
  const turn = ++state.turn;
  state.asking?.abort();
  state.asking = new AbortController();
  state.inspected = asked.lines.join("\n");
  document.getElementById("reasons").replaceChildren();
  announce("asking", words["heading.asking"], words.asking);
  if (focus) {
    document.getElementById("verdict").focus({ preventScroll: true });
    document.getElementById("next").scrollIntoView({ block: "start" });
  }
  const told = tooLarge(asked) ?? (await answerOf(asked, state.asking.signal));
  if (turn !== state.turn) return;
  if (told.answer) draw(told.answer, data);
  else refuse(told.refused, told.faults, told.link);
}

/** A file over the limits is not sent at all. */
function tooLarge({ page: picture, chip: files }) {
  const all = files.reduce((sum, file) => sum + file.size, 0);
  const over = picture?.size > limits.page_bytes || files.some((file) => file.size > limits.chip_file_bytes);
  if (over || all > limits.chip_bytes || files.length > limits.chip_files) return { refused: "large" };
  return null;
}

/** `{answer}`, or `{refused}`: the words that say why there is none. */
async function answerOf(asked, aborted) {
  const files = asked.page || asked.chip.length;
  const patience = AbortSignal.timeout(files ? PATIENCE_MS.files : PATIENCE_MS.text);
  const headers = { "X-CSRF-Token": form.elements.csrf?.value ?? "", Accept: "application/json" };
  let body;
  if (files) {
    body = bodyOf(asked);
  } else {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify({ ...(asked.lines.length && { mrz: asked.lines }), ...(asked.seal && { seal: asked.seal }) });
  }
  if (data.offline) return { answer: await withoutLine(asked) };
  try {
    const signal = AbortSignal.any([aborted, patience]);
    const options = { method: "POST", headers, body, signal, cache: "no-store", redirect: "error" };
    const answer = await fetch(INSPECTIONS, options);
    if (answer.ok) {
      backOnLine();
      return { answer: await answer.json() };
    }
    if ([502, 504].includes(answer.status)) throw new TypeError("a gateway without a line behind it");
    backOnLine();
    return await refusalOf(answer);
  } catch {
    if (aborted.aborted) return {};
    return data.bundle ? { answer: await withoutLine(asked) } : { refused: "no_line" };
  }
}

/** The answer of the kept bundle, in this browser alone. */
async function withoutLine(asked) {
  line(false);
  return inspectOffline(asked, await bundle(), new Date(), data);
}

/** `{claims, set}` of the kept bundle, or `{reason}`: why none can be relied on. */
async function bundle() {
  if (!globalThis.caches) return { reason: "none" };
  try {
    return (await kept(data.bundle.signers)) ?? { reason: "none" };
  } catch (error) {
    return { reason: error instanceof Refused ? error.reason : "damaged" };
  }
}

/** What the head of the page says of line and bundle. */
async function line(on) {
  const { claims, reason } = await bundle();
  const box = document.getElementById("line");
  const told = claims
    ? [worded(data, on ? "line.kept" : "line.down", { as_of: data.moment(claims.made_at) })]
    : [words[on ? "line.bare" : "line.lost"], words[`bundle.${reason}`]];
  if (state.refused) told.push(words["line.refused"], words[`bundle.${state.refused}`]);
  write(box.querySelector("span"), told.join(" "));
  box.className = on && claims && !state.refused ? "line good" : "line";
  box.dataset.line = on ? "on" : "off";
  box.hidden = false;
}

function backOnLine() {
  if (data.bundle && document.getElementById("line").dataset.line !== "on") line(true);
}

/** A newer bundle while there is a line; one that is not believed is told and not kept. */
async function renew() {
  if (data.offline) return line(false);
  try {
    await update(data.bundle.signers);
    state.refused = "";
  } catch (error) {
    state.refused = error instanceof Refused && error.reason !== "unasked" ? error.reason : "";
  }
  return line(navigator.onLine);
}

/** The page that was kept has no session: when the line is back, the next traveller begins on a fresh one. */
async function lineIsBack() {
  if (!data.offline) return renew();
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return null;
  if (document.getElementById("result").dataset.status === "ready" && !given()) location.reload();
  state.back = true;
  return null;
}

async function keepPage() {
  const store = await caches.open("border-bundle");
  await store.put("/border/kept/language", new Response(data.language));
  if (!data.offline) await navigator.serviceWorker.register("/border/sw.js", { scope: "/border", updateViaCache: "none" });
}

function bodyOf({ lines, page: picture, chip: files, seal: text }) {
  const body = new FormData();
  if (lines.length) body.append("mrz", lines.join("\n"));
  if (picture) body.append("page", picture, picture.name);
  for (const file of files) body.append("chip", file, file.name);
  if (text) body.append("seal", text);
  return body;
}

/** An answer over 399 in words: whose turn it is, and what to do. */
async function refusalOf(answer) {
  const refused = { 401: "session", 413: "large", 429: "busy", 503: "busy" }[answer.status];
  if (refused) return { refused, link: refused === "session" ? [data.sign_in, words.sign_in] : null };
  if (answer.status >= 500) return { refused: "broken" };
  const problem = await answer.json().catch(() => ({}));
  const faults = (problem.faults ?? []).map((fault) => fault[data.language] ?? "");
  if (answer.status === 422) return { refused: "faults", faults };
  return { refused: "not_allowed", faults, link: [location.pathname, words.reload] };
}

function refuse(name, faults = [], link = null) {
  announce("indeterminate", words[`heading.${name}`], [words[`refused.${name}`], ...faults].join(" "));
  const reasons = document.getElementById("reasons");
  reasons.replaceChildren();
  if (!link) return;
  const way = document.createElement("a");
  way.className = "button";
  [way.href, way.textContent] = link;
  reasons.append(way);
}

/** Everything of this traveller goes, on the screen and in memory; the field waits for the next one. */
function next() {
  state.turn += 1;
  state.asking?.abort();
  clearTimeout(state.waiting);
  Object.assign(state, { asking: null, inspected: "", waiting: 0, typed: "", typedAt: 0 });
  for (const field of [zone, seal]) field.value = field.defaultValue = "";
  for (const field of [page, chip]) field.value = "";
  for (const wrong of form.querySelectorAll(".fault, .note")) wrong.remove();
  document.getElementById("reasons").replaceChildren();
  announce("ready", words["heading.ready"], words.ready);
  say("");
  zone.focus();
  scrollTo(0, 0);
  if (state.back) location.reload();
}

function say(text, look = "") {
  write(digits, text);
  digits.className = `digits ${look}`;
}

/** What the digits of a whole zone say, at once and without asking anybody. */
function judge(lines) {
  const report = check(lines, data.mrz);
  if (report.valid) {
    say(worded(data, "digits.good", { format: report.format }), "good");
    return true;
  }
  const fault = report.errors[0];
  const field = words[`field.${fault.field}`] ?? fault.field;
  const sentence = data.mrz.sentences[fault.code].replace("{shown}", `\u2066${fault.shown}\u2069`);
  say(`${field}: ${sentence}`, "bad");
  return false;
}

/** The field changed: a whole zone is asked about as soon as the typing rests. */
function changed() {
  const now = performance.now();
  if (now - state.changedAt > PAUSE_MS) state.begunAt = now;
  state.changedAt = now;
  clearTimeout(state.waiting);
  const lines = linesOf(zone.value, data.mrz);
  if (!isWhole(lines, data.mrz)) {
    say("");
    return;
  }
  state.waiting = setTimeout(() => whole(lines), TYPING_MS);
}

function whole(lines) {
  const good = judge(lines);
  if (!good && performance.now() - state.begunAt < RUN_MS) zone.select(); // the reader's next try takes its place
  const before = state.inspected;
  if (before === lines.join("\n")) return;
  const other = before && check(before.split("\n"), data.mrz).valid && (page.files.length || chip.files.length || seal.value);
  if (other) {
    // Another zone after a good one is another traveller: nothing of the first may be judged with it.
    for (const field of [page, chip, seal]) field.value = "";
    say(words.cleared, "good");
  }
  inspect(good);
}

/** The character a key stands for: a reader types by key, and under an Arabic layout the letters come out Arabic. */
function character(event) {
  const { key, code, shiftKey } = event;
  if (code === "Comma" && shiftKey) return "<";
  if (/^[\x21-\x7e]$/.test(key)) return key;
  if (key.length !== 1 || key === " ") return null;
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(code) ?? [];
  return letter ?? digit ?? null;
}

function keyed(event) {
  if (event.key === "F2" || event.key === "Escape") {
    event.preventDefault();
    next();
    return;
  }
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    inspect();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target === zone) typedInField(event);
  else if (!event.target.closest?.("input, textarea, select")) typedElsewhere(event);
}

function typedInField(event) {
  if (event.key === "Enter" && isWhole(linesOf(zone.value, data.mrz), data.mrz)) {
    event.preventDefault();
    state.inspected = "";
    whole(linesOf(zone.value, data.mrz));
    return;
  }
  const letter = character(event);
  if (letter && letter !== event.key) {
    event.preventDefault();
    zone.setRangeText(letter, zone.selectionStart, zone.selectionEnd, "end");
    changed();
  }
}

/** A reader that types while the answer has the focus: a whole zone in one run is the next traveller's. */
function typedElsewhere(event) {
  if (event.timeStamp - state.typedAt > PAUSE_MS) state.typed = "";
  const letter = event.key === "Enter" ? "\n" : character(event);
  if (!letter) return;
  state.typedAt = event.timeStamp;
  state.typed = `${state.typed}${letter}`.slice(-400);
  if (state.typed.length > 20) event.preventDefault(); // the Enter of a reader presses no button
  clearTimeout(state.waiting);
  const lines = zoneAtEnd(state.typed, data.mrz);
  if (!lines) return;
  state.waiting = setTimeout(() => {
    next();
    zone.value = lines.join("\n");
    whole(lines);
  }, TYPING_MS);
}

/** Files of what was dropped, folders opened one level down and further. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  while (entries.length && found.length <= limits.chip_files) {
    const entry = entries.shift();
    if (entry.isFile) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else entries.push(...(await listed(entry.createReader())));
  }
  return found;
}

async function listed(reader) {
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length || all.length > limits.chip_files) return all;
    all.push(...some);
  }
}

const isPicture = (file) => file.type.startsWith("image/") || file.type === "application/pdf" || /\.pdf$/i.test(file.name);

/** On a place of its own a file goes there; anywhere else by its kind. Chip files join those that are there. */
async function drop(event) {
  event.preventDefault();
  const place = event.target.closest?.("[data-drop]")?.dataset.drop;
  for (const box of document.querySelectorAll(".drop.over")) box.classList.remove("over");
  const files = await dropped(event.dataTransfer).catch(() => []);
  const pictures = files.filter((file) => (place ? place === "page" : isPicture(file)));
  const chips = files.filter((file) => (place ? place === "chip" : !isPicture(file)));
  if (pictures.length) put(page, pictures.slice(0, 1));
  if (chips.length) {
    const names = new Set(chips.map((file) => file.name));
    put(chip, [...[...chip.files].filter((file) => !names.has(file.name)), ...chips]);
  }
  if (files.length) inspect();
}

function put(field, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  field.files = transfer.files;
}

function over(event) {
  event.preventDefault();
  const place = event.target.closest?.("[data-drop]");
  for (const box of document.querySelectorAll(".drop.over")) if (box !== place) box.classList.remove("over");
  place?.classList.add("over");
}

zone.addEventListener("input", changed);
for (const field of [page, chip]) field.addEventListener("change", () => field.files.length && inspect());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  inspect();
});
document.getElementById("next").addEventListener("click", (event) => {
  event.preventDefault();
  next();
});
addEventListener("keydown", keyed);
addEventListener("dragover", over);
addEventListener("drop", drop);
addEventListener("pageshow", (event) => event.persisted && next()); // back to this page: nothing of before
if (data.bundle && globalThis.caches && navigator.serviceWorker) {
  keepPage().catch(() => null); // without it the page works while there is a line
  renew();
  addEventListener("online", lineIsBack);
  addEventListener("offline", () => line(false));
  setInterval(data.offline ? lineIsBack : renew, data.offline ? 15000 : BUNDLE_MS);
}
