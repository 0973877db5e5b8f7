/* The machine readable zone of Doc 9303 parts 3 to 7 in the browser: read and judge, and what a reader that types sends.
 * Pure: touches no page, no storage and no network. The rules come with the page, made from the specification;
 * `issuance/mrtd/mrz/check.py` is the other implementation, and a test holds the two together on the same zones. */

const NAME = /^[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?$/;
const STATE = /^(?:[A-Z]{3}|D<<)$/;
const LEAP_DAY = "0229";
const MONTH_DAYS = monthDays();

function monthDays() {
  const found = new Set();
  [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].forEach((last, month) => {
    for (let day = 1; day <= last; day++) found.add(two(month + 1) + two(day));
  });
  return found;
}

function two(number) {
  return String(number).padStart(2, "0");
}

function stripped(text) {
  return text.replace(/<+$/, "");
}

/** The check digit of `text` (Doc 9303-3 §4.9). */
export function checkDigit(text, rules) {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += rules.values[text[i]] * rules.weights[i % rules.weights.length];
  return String(sum % rules.modulus);
}

/** What keeps one judgement together: the lines joined, the format, and the faults met on the way. */
class Zone {
  constructor(text, layout, rules) {
    Object.assign(this, { text, layout, rules, errors: [], warnings: [] });
  }

  part([start, stop]) {
    return this.text.slice(start, stop);
  }

  digit(text) {
    return checkDigit(text, this.rules);
  }

  wrong(field, code, clause, shown = "") {
    this.errors.push({ field, code, clause, shown });
  }

  noted(field, code, clause, shown = "") {
    this.warnings.push({ field, code, clause, shown });
  }
}

/** Judge `lines` (texts): `{valid, format, fields, errors, warnings}`, faults as `{field, code, clause, shown}`. */
export function check(lines, rules) {
  const text = lines.join("");
  const shape = shapeOf(lines.map((line) => [...line].length), rules);
  const allowed = [...text].every((character) => Object.hasOwn(rules.values, character));
  if (!shape.length || !allowed) return badForm(lines, shape, rules);
  return judged(new Zone(text, layoutOf(shape, text), rules));
}

/** The formats that share this shape of lines. */
function shapeOf(lengths, rules) {
  return rules.formats.filter(
    (format) => lengths.length === format.lines && lengths.every((length) => length === format.line_characters),
  );
}

/** The format of the lines joined, by its first letter or code; where none has it, a digit at the end speaks for a composite. */
function layoutOf(shape, text) {
  const named =
    shape.find((format) => format.first_letters.includes(text[0])) ??
    shape.find((format) => format.codes.includes(text.slice(0, 2)));
  if (named) return named;
  const composite = /[0-9]$/.test(text);
  return shape.find((format) => (format.composite !== null) === composite) ?? shape[0];
}

function judged(zone) {
  const { layout, rules } = zone;
  const { clauses } = rules;
  const [code, issuer, nationality] = codes(zone);
  const [surname, given] = name(zone);
  const [number, optional] = numberAndOptional(zone);
  const [birth, sex, expiry] = datesAndSex(zone);
  if (!rules.listed_codes.includes(code) && layout.first_letters === "P" && !zone.errors.length) legacy(zone, code, expiry);
  let composite = "";
  if (layout.composite !== null) {
    composite = zone.text[layout.composite];
    const covered = layout.composite_covers.map((part) => zone.part(part)).join("");
    if (composite !== zone.digit(covered)) zone.wrong("composite", "check_digit", clauses.digits, composite);
  }
  const fields = {
    document_code: stripped(code),
    issuer: stripped(issuer),
    name: given ? `${surname}, ${given}` : surname,
    surname,
    given,
    document_number: number,
    nationality: stripped(nationality),
    birth_date: birth,
    sex,
    expiry_date: expiry,
    optional,
    composite,
  };
  const { errors, warnings } = zone;
  return { valid: !errors.length, format: layout.name, fields, errors, warnings };
}

function codes(zone) {
  const { layout, rules } = zone;
  const [code, issuer, nationality] = [layout.document_code, layout.issuer, layout.nationality].map((at) => zone.part(at));
  if (!layout.codes.includes(code)) zone.wrong("document_code", "not_allowed", layout.clause, code);
  for (const [field, state] of [["issuer", issuer], ["nationality", nationality]]) {
    if (rules.states.includes(state)) continue;
    if (STATE.test(state)) zone.noted(field, "unknown_code", rules.clauses.states, state);
    else zone.wrong(field, "shape", rules.clauses.states, state);
  }
  return [code, issuer, nationality];
}

function name(zone) {
  const field = zone.part(zone.layout.name_field);
  const text = stripped(field);
  const { names, truncation } = zone.rules.clauses;
  if (!NAME.test(text)) zone.wrong("name", /[0-9]/.test(text) ? "digits" : text ? "separator" : "empty", names);
  else if (text === field) zone.noted("name", "possibly_truncated", truncation);
  const at = text.indexOf("<<");
  const parts = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
  return parts.map((part) => part.replaceAll("<", " ").trim());
}

function numberAndOptional(zone) {
  const { layout, rules, text } = zone;
  const digit = text[layout.number_check];
  if (layout.long_number && digit === "<") return longNumber(zone);
  const first = zone.part(layout.document_number);
  if (digit !== zone.digit(first)) zone.wrong("document_number", "check_digit", rules.clauses.digits, digit);
  const number = stripped(first);
  if (!number) zone.wrong("document_number", "empty", layout.clause);
  const optional = stripped(layout.optional.map((part) => zone.part(part)).join(""));
  if (layout.optional_check !== null) {
    const found = text[layout.optional_check];
    const expected = optional ? [zone.digit(zone.part(layout.optional[0]))] : rules.empty_optional_checks;
    if (!expected.includes(found)) zone.wrong("optional", "check_digit", rules.clauses.digits, found);
  }
  return [number, optional];
}

/** The whole number and what is left of the optional data (Doc 9303-5 and -6, note j). */
function longNumber(zone) {
  const { layout, rules } = zone;
  const first = zone.part(layout.document_number);
  const field = zone.part(layout.optional[0]);
  const others = layout.optional.slice(1).map((part) => zone.part(part)).join("");
  const at = field.indexOf("<");
  const tail = at < 0 ? field : field.slice(0, at);
  if (tail.length < 2 || at < 0 || first.includes("<")) {
    zone.wrong("document_number", tail ? "long_number" : "check_digit", layout.clause, "<");
    return [stripped(first), stripped(field + others)];
  }
  const digit = tail[tail.length - 1];
  if (digit !== zone.digit(first + tail.slice(0, -1))) {
    zone.wrong("document_number", "check_digit", rules.clauses.digits, digit);
  }
  return [first + tail.slice(0, -1), stripped(field.slice(at + 1) + others)];
}

function datesAndSex(zone) {
  const { layout, rules, text } = zone;
  const { digits, dates } = rules.clauses;
  const [birth, expiry] = [layout.birth_date, layout.expiry_date].map((at) => zone.part(at));
  const sex = text[layout.sex];
  const [birthDigit, expiryDigit] = [text[layout.birth_check], text[layout.expiry_check]];
  if (birthDigit !== zone.digit(birth)) zone.wrong("birth_date", "check_digit", digits, birthDigit);
  if (!isDate(birth) && !isPartialDate(birth)) zone.wrong("birth_date", "calendar", dates, birth);
  if (!rules.sexes.includes(sex)) zone.wrong("sex", "not_allowed", layout.clause, sex);
  if (expiryDigit !== zone.digit(expiry)) zone.wrong("expiry_date", "check_digit", digits, expiryDigit);
  if (!isDate(expiry)) zone.wrong("expiry_date", "calendar", dates, expiry);
  return [birth, sex, expiry];
}

function isDate(text) {
  const [year, monthDay] = [text.slice(0, 2), text.slice(2)];
  if (!/^[0-9]{2}$/.test(year)) return false;
  return MONTH_DAYS.has(monthDay) || (monthDay === LEAP_DAY && Number(year) % 4 === 0);
}

/** Unknown parts are whole and stand at the end: day, then month, then year. */
function isPartialDate(text) {
  const known = stripped(text);
  if (known.length === 4) return isDate(`${known}01`);
  return known === "" || /^[0-9]{2}$/.test(known);
}

/** Passport codes from before the harmonised list stay readable, with a word about it (Doc 9303-4 §4.4). */
function legacy(zone, code, expiry) {
  const { clauses, unlisted_expires_before: before, expiry_first_year: first } = zone.rules;
  if (code[1] !== "<") zone.noted("document_code", "unlisted_code", clauses.codes, code);
  const century = Math.floor((first + ((Number(expiry.slice(0, 2)) - first) % 100 + 100) % 100) / 100);
  if (`${century}${expiry}` >= before) zone.noted("document_code", "outlived_code", clauses.codes, before);
}

/** Every fault of shape and alphabet; characters by code point, since they may be invisible. */
function badForm(lines, shape, rules) {
  const layout = shape.length ? layoutOf(shape, lines.join("")) : null;
  const errors = [];
  if (!layout) {
    const lengths = lines.slice(0, 4).map((line) => [...line].length).join(", ") || "nothing";
    errors.push({ field: "lines", code: "length", clause: rules.clauses.shape, shown: `${lines.length} lines of ${lengths}` });
  }
  const strange = [];
  lines.slice(0, 4).forEach((line, row) => {
    [...line].slice(0, 100).forEach((character, column) => {
      if (Object.hasOwn(rules.values, character)) return;
      const point = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      const where = layout ? ` in ${fieldAt(layout, row * layout.line_characters + column)}` : "";
      strange.push(`line ${row + 1} position ${column + 1}: U+${point}${where}`);
    });
  });
  if (strange.length) {
    errors.push({ field: "lines", code: "alphabet", clause: rules.clauses.alphabet, shown: strange.slice(0, 8).join("; ") });
  }
  return { valid: false, format: layout?.name ?? null, fields: {}, errors, warnings: [] };
}

/** The field that the character at `index` belongs to, its check digit included. */
function fieldAt(layout, index) {
  const held = {
    document_code: [layout.document_code],
    issuer: [layout.issuer],
    name: [layout.name_field],
    document_number: [layout.document_number, layout.number_check],
    nationality: [layout.nationality],
    birth_date: [layout.birth_date, layout.birth_check],
    sex: [layout.sex],
    expiry_date: [layout.expiry_date, layout.expiry_check],
    optional: [...layout.optional, layout.optional_check],
  };
  const covers = (place) => (Array.isArray(place) ? place[0] <= index && index < place[1] : place === index);
  return Object.keys(held).find((field) => held[field].some(covers)) ?? "composite";
}

/** The day of an expiry date as `YYYY-MM-DD`, in the century that lies nearer to `today` (the same form). */
export function expiryDay(text, today) {
  const now = Number(today.slice(0, 4));
  const base = Math.floor(now / 100) * 100 + Number(text.slice(0, 2));
  const [year] = [base - 100, base, base + 100].sort((a, b) => Math.abs(a - now) - Math.abs(b - now));
  return `${String(year).padStart(4, "0")}-${text.slice(2, 4)}-${text.slice(4, 6)}`;
}

/** The lines in what was pasted or typed: capitals, no blanks; one run without line ends is cut where a format says. */
export function linesOf(text, rules) {
  const lines = text.toUpperCase().split(/[\r\n]+/).map((line) => line.replace(/\s+/g, "")).filter(Boolean);
  if (lines.length !== 1) return lines;
  const [run] = lines;
  const format = rules.formats.find(({ lines: count, line_characters: size }) => count * size === run.length);
  if (!format) return lines;
  return Array.from({ length: format.lines }, (_, row) => run.slice(row * format.line_characters, (row + 1) * format.line_characters));
}

/** Whether the lines have the lengths of some format: a whole zone has come in. */
export function isWhole(lines, rules) {
  return shapeOf(lines.map((line) => [...line].length), rules).length > 0;
}

/** The lines of a whole zone that a run of keys ends with, null: none; a key hit before the reader began is left out. */
export function zoneAtEnd(typed, rules) {
  const lines = linesOf(typed, rules);
  const run = lines.join("");
  for (const { lines: count, line_characters: size } of rules.formats) {
    const last = lines.length === 1 ? linesOf(run.slice(-count * size), rules) : lines.slice(-count);
    const held = [last[0]?.slice(-size) ?? "", ...last.slice(1)];
    if (held.length === count && held.every((line) => line.length === size)) return held;
  }
  return null;
}
