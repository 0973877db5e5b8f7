/* A zone judged in the browser alone, by the kept bundle, in the form that POST /v1/border/inspections answers.
 * The same three questions with the same rules as `issuance/border/document.py`; what cannot be judged without a
 * server (picture, chip, seal, bans) stays open and says so. Pure: the bundle and the moment are given. */

import { check, expiryDay } from "./mrz.js";

const SETTLED = ["invalid", "indeterminate", "valid"];

/** The answer on `asked` (`lines`, and whether files or a seal were given too) at `at` (Date).
 *  bundle: `{claims, set}`, or `{reason}`: why there is none to rely on. */
export function inspect(asked, bundle, at, data) {
  const said = (id, result, key, values = {}) => ({ id, result, level: "policy", clause: "docs/border-page.md", ...worded(data, key, values) });
  const report = asked.lines.length ? check(asked.lines, data.mrz) : null;
  const fields = report?.fields ?? {};
  const number = numberOf(fields, data.bundle);
  const fresh = freshness(bundle, at, said, data);
  const standing = number ? standingOf(number, bundle, said, data) : null;
  const genuine = [...formOf(report, data), ...unread(asked, said)];
  const current = fields.expiry_date ? [expiry(report, said, data), fresh] : [said("document.number", "unknown", "offline.nothing")];
  if (standing) current.push(standing.check);
  else if (fields.document_number) current.push(said("document.lists", "warning", "offline.foreign"));
  const travel = number ? [fresh, said("holder.travel_ban", "unknown", "offline.bans")] : [];
  const questions = {
    genuine: question(genuine, data, "offline.proof"),
    current: question(current, data, "offline.current"),
    travel: { ...question(travel, data, "offline.not_ours"), applies: Boolean(number) },
  };
  Object.assign(questions.current, { state: standing?.state ?? null, since: null });
  const statuses = Object.values(questions).filter(({ applies }) => applies !== false).map(({ status }) => status);
  const checks = [...new Set([...genuine, ...current, ...travel])];
  return {
    status: SETTLED.find((status) => statuses.includes(status)),
    document: fields,
    questions,
    routes: report ? { mrz: { status: report.valid ? "valid" : "invalid", format: report.format, fields } } : {},
    differences: [],
    checks,
    advice: adviceOf(questions, checks, data),
    knowledge: { kind: bundle.claims ? "bundle" : "none", as_of: bundle.claims?.made_at ?? null },
  };
}

/** Words of the page under both names an answer may have: the page has one language. */
function worded(data, key, values = {}) {
  const text = data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  return { reason: text, reason_ar: text };
}

/** The number of a travel document of ours, null: another State's, a visa, or none. */
function numberOf(fields, { issuers }) {
  const ours = issuers.includes(fields.issuer) && !fields.document_code.startsWith("V");
  return (ours && fields.document_number) || null;
}

function formOf(report, data) {
  if (!report) return [];
  const told = ({ field, code, clause, shown }, result) => {
    const sentence = data.mrz.sentences[code].replace("{shown}", `\u2066${shown}\u2069`);
    const text = `${data.words[`field.${field}`] ?? field}: ${sentence}`;
    return { id: `mrz.${code}`, level: "profile", result, reason: text, reason_ar: text, clause };
  };
  const found = [...report.errors.map((fault) => told(fault, "fail")), ...report.warnings.map((fault) => told(fault, "warning"))];
  if (report.valid) found.unshift({ id: "mrz.form", level: "profile", result: "pass", ...worded(data, "offline.form"), clause: "Doc 9303-3 §4" });
  return found;
}

/** Text is unsigned; pictures, chips and seals wait for the line or the console. */
function unread(asked, said) {
  const found = [said("document.proof", "unknown", "offline.unsigned")];
  if (asked.page || asked.chip.length || asked.seal) found.unshift(said("document.unread", "unknown", "offline.unread"));
  return found;
}

function expiry(report, said, data) {
  const today = data.today();
  if (report.errors.some(({ field }) => field === "expiry_date")) return said("document.expiry", "unknown", "offline.no_expiry");
  const on = expiryDay(report.fields.expiry_date, today);
  const values = { on: `\u2066${on}\u2069` };
  return on < today ? said("document.expiry", "fail", "offline.expired", values) : said("document.expiry", "pass", "offline.unexpired", values);
}

/** Past its time, and at a moment before it was made, a bundle leaves nothing valid: a clock set back proves nothing. */
function freshness({ claims, reason }, at, said, data) {
  if (!claims) return said("knowledge.bundle", "unknown", `bundle.${reason}`);
  const made = Date.parse(claims.made_at);
  const { good_hours: hours, tolerance_minutes: tolerance } = data.bundle;
  const until = Math.min(Date.parse(claims.good_until), made + hours * 3600000);
  if (at.getTime() < made - tolerance * 60000) return said("knowledge.clock", "unknown", "offline.clock");
  const values = { until: data.moment(new Date(until).toISOString()) };
  return at.getTime() > until ? said("knowledge.age", "unknown", "offline.stale", values) : said("knowledge.age", "pass", "offline.fresh", values);
}

/** How our document stands by the bundle: `{check, state}`. */
function standingOf(number, { claims, set }, said, data) {
  const told = (result, key, values) => ({ check: said("passport.status", result, key, values), state: null });
  if (!claims) return told("unknown", "offline.no_status");
  let state;
  try {
    state = set.stateOf(number);
  } catch {
    return told("unknown", "bundle.damaged");
  }
  if (state === null && !claims.issued_numbers && set.ofSeries(number)) state = set.head.default;
  if (state === null) {
    const series = new RegExp(`^(?:${data.bundle.series})$`).test(number);
    const key = series ? ["document.unregistered", "unknown", "offline.unregistered"] : ["document.lists", "warning", "offline.before"];
    return { check: said(...key), state: null };
  }
  const rule = data.bundle.states[state];
  if (!rule) return told("unknown", "offline.no_status");
  return { ...told(rule.travel ? "pass" : "fail", "offline.state", { state: rule.title }), state };
}

function question(checks, data, otherwise) {
  const by = (result) => checks.filter((one) => one.result === result);
  const [failed, unknown] = [by("fail"), by("unknown")];
  const status = failed.length ? "invalid" : unknown.length || !checks.length ? "indeterminate" : "valid";
  const told = [...new Set((failed.length ? failed : unknown).map(({ reason }) => reason))].slice(0, 3).join(data.words.semicolon);
  return { status, ...(told ? { reason: told, reason_ar: told } : worded(data, otherwise)) };
}

function adviceOf({ genuine, current }, checks, data) {
  const unknown = (...families) => checks.some(({ id, result }) => result === "unknown" && families.some((one) => id.startsWith(one)));
  const failed = checks.filter(({ result }) => result === "fail");
  let name;
  if (genuine.status === "invalid") name = "misformed";
  else if (current.status === "invalid") name = failed.every(({ id }) => id === "document.expiry") ? "expired" : "not_current";
  else if (unknown("document.unread")) return told(data.words["offline.console"]);
  else if (unknown("document.unregistered")) name = "unregistered";
  else if (unknown("knowledge", "passport.status")) name = "stale";
  else name = "unproven";
  return told(data.bundle.advice[name]);
}

function told(text) {
  return { text, text_ar: text };
}
