/* What an answer of an inspection looks like on the border page: made from the answer and the page's words alone.
 * `issuance/web/border_shown.py` and `border_parts.html` show the same without script. */

const SVG = "http://www.w3.org/2000/svg";
const QUESTIONS = ["genuine", "current", "travel"];
const SEPARATED = /\u2066[^\u2069]*\u2069|\d+(?:[-./:]\d+)+/g;

/** The side of a two-language value that this page shows; dates isolated, since Arabic letters would turn them round. */
export function picked(value, key, language) {
  const found = value?.[language === "ar" ? `${key}_ar` : key] ?? "";
  return String(found).replace(SEPARATED, (part) => (part.startsWith("\u2066") ? part : `\u2066${part}\u2069`));
}

/** Words of the page with `{name}` places filled. */
export function worded(data, key, values = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Put `text` into `element`: what is isolated in it (dates, a command) left to right, a date never torn at its hyphens. */
export function write(element, text) {
  const parts = text.split(/(\u2066[^\u2069]*\u2069)/).filter(Boolean);
  element.replaceChildren(
    ...parts.map((part) => {
      if (!part.startsWith("\u2066")) return part;
      const isolated = document.createElement("bdi");
      isolated.className = /[A-Za-z]/.test(part) ? "ltr" : "num";
      isolated.textContent = part;
      return isolated;
    }),
  );
}

/** An element with its text, class and children. */
export function made(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) write(element, text);
  element.append(...children);
  return element;
}

/** The verdict's heading: what stands against the document first, or that nothing does. */
function headingOf(answer) {
  if (answer.status !== "invalid") return answer.status;
  return QUESTIONS.find((name) => answer.questions?.[name]?.status === "invalid") ?? "invalid";
}

/** Set the large verdict: a status (`ready`, `asking`, `valid`, `invalid`, `indeterminate`), its heading and sentence. */
export function announce(status, heading, words) {
  const box = document.getElementById("verdict");
  box.className = `verdict large ${status}`;
  box.querySelector("h2").textContent = heading;
  write(box.querySelector("p"), words);
  document.getElementById("result").dataset.status = status;
}

/** Draw `answer` of POST /v1/border/inspections, or of the offline judge, which has the same form. */
export function draw(answer, data) {
  const { language, words } = data;
  announce(answer.status, words[`heading.${headingOf(answer)}`], picked(answer.advice, "text", language));
  const parts = [questions, call, differences, facts, steps, checks, knowledge];
  document.getElementById("reasons").replaceChildren(...parts.map((part) => part(answer, data)).filter(Boolean));
}

function questions(answer, { language, words }) {
  const list = made("ul", { class: "questions" });
  for (const name of QUESTIONS) {
    const one = answer.questions?.[name];
    if (!one) continue;
    const asked = one.applies !== false;
    const said = asked ? words[`word.${name}.${one.status}`] : words["word.none"];
    const word = made("strong", {}, ...(asked ? [mark(one.status)] : []), ` ${said}`);
    const reason = made("p", { text: picked(one, "reason", language) });
    list.append(made("li", { class: asked ? one.status : "none" }, made("h3", { text: words[`question.${name}`] }), word, reason));
  }
  return list.children.length ? list : null;
}

function mark(status) {
  const drawn = document.querySelector(`#verdict svg[data-status="${status}"]`);
  const copy = drawn ? drawn.cloneNode(true) : document.createElementNS(SVG, "svg");
  return made("span", { class: "mark", "aria-hidden": "true" }, copy);
}

function call(answer, { language, words }) {
  const travel = answer.questions?.travel;
  if (!travel?.authority) return null;
  const line = made("p", {}, made("strong", { text: words.call }), ` ${picked(travel, "authority", language)}`);
  if (travel.call) line.append(" ", made("bdi", { class: "num", text: travel.call }));
  return made("div", { class: "note bad call" }, line);
}

function differences(answer, { language, words }) {
  if (!answer.differences?.length) return null;
  const list = made("ul");
  for (const one of answer.differences) list.append(made("li", { text: picked(one, "reason", language) }));
  return made("section", { class: "card", id: "differences" }, made("h2", { text: words.differences }), list);
}

function facts(answer, data) {
  const list = made("dl", { class: "facts" });
  for (const name of data.fields) {
    const value = answer.document?.[name];
    if (typeof value !== "string" || !value) continue;
    const shown = made("bdi", { class: "ltr", "data-fact": name, text: factOf(name, value, data) });
    list.append(made("dt", { text: data.words[`field.${name}`] }), made("dd", {}, shown));
  }
  if (!list.children.length) return null;
  return made("section", { class: "card", id: "document" }, made("h2", { text: data.words.document }), list);
}

/** Dates of a zone as `YYYY-MM-DD`: an expiry in the nearest century, a birth in the last one that has been. */
function factOf(name, value, data) {
  if (!/^\d{6}$/.test(value) || !name.endsWith("_date")) return value;
  const today = data.today();
  const now = Number(today.slice(0, 4));
  const rest = `-${value.slice(2, 4)}-${value.slice(4)}`;
  const years = [1, 0, -1].map((shift) => (Math.floor(now / 100) + shift) * 100 + Number(value.slice(0, 2)));
  if (name === "birth_date") return `${years.find((year) => `${year}${rest}` <= today)}${rest}`;
  return `${years.reverse().sort((a, b) => Math.abs(a - now) - Math.abs(b - now))[0]}${rest}`;
}

function steps(answer, { language, words }) {
  const held = answer.routes?.chip?.steps;
  if (!held?.length) return null;
  const list = made("ol", { class: "steps" });
  for (const step of held) {
    const tag = made("span", { class: `tag ${step.result}`, text: words[`result.${step.result}`] });
    const head = made("div", {}, made("h3", { text: picked(step, "text", language) }), tag);
    list.append(made("li", { class: step.result }, head));
  }
  return made("details", { class: "card", id: "steps" }, made("summary", { text: words.steps }), list);
}

function checks(answer, data) {
  if (!answer.checks?.length) return null;
  const list = made("ul", { class: "check-list" });
  for (const check of answer.checks) {
    const tag = made("span", { class: `tag ${check.result}`, text: data.words[`result.${check.result}`] });
    const name = made("bdi", { class: "ltr soft", text: check.clause ? `${check.id} – ${check.clause}` : check.id });
    const reason = made("span", { text: picked(check, "reason", data.language) });
    list.append(made("li", {}, tag, " ", reason, " ", name));
  }
  const summary = made("summary", { text: worded(data, "checks", { count: answer.checks.length }) });
  return made("details", { class: "card", id: "checks" }, summary, list);
}

function knowledge(answer, data) {
  const { kind, as_of: moment } = answer.knowledge ?? {};
  if (!kind) return null;
  const text = worded(data, `knowledge.${kind}`, { as_of: data.moment(moment) });
  return made("p", { class: "soft", id: "knowledge", text });
}
