// A moment as a person writes it: date and time in China's zone, whatever the browser's own habits are, or short
// as at the desk: 0230, 17日0230 (as core/time.py parse_typed reads them).
import { clock } from "huanqiong/lib/bus.js";
import { h } from "huanqiong/lib/dom.js";
import { dayTime } from "huanqiong/lib/format.js";

const FORM = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2}):(\d{2})$/;
const SHORT = /^(?:(?:(\d{1,2})月)?(\d{1,2})[日号]\s*)?(\d{1,2})[:时]?(\d{2})分?(Z)?$/;
const PLACES = [[0, 4, 365 * 86400], [5, 7, 28 * 86400], [8, 10, 86400], [11, 13, 3600], [14, 16, 60]];
const SHIFT = 8 * 3600; // Asia/Shanghai knows no summer time
export const PATTERN = "YYYY-MM-DD hh:mm";

// Full-width digits and signs of a Chinese keyboard, and slashes, count as their plain ones.
const plain = (text) => text.trim().normalize("NFKC").replace(/[/.年月]/g, "-").replace(/[日 ]+/g, " ").replace("：", ":");

// 0230 is the next such moment at or after `at` for a deadline ("future"), else the last one at or before it.
function short(text, sense, at) {
  const found = SHORT.exec(text.trim().normalize("NFKC").toUpperCase());
  if (!found) return null;
  const [month, day, hh, mm] = found.slice(1, 5).map((x) => (x === undefined ? null : Number(x)));
  if (hh > 23 || mm > 59) return null;
  const shift = found[5] ? 0 : SHIFT;
  const here = new Date((at + shift) * 1000);
  const t = new Date(Date.UTC(here.getUTCFullYear(), here.getUTCMonth(), here.getUTCDate(), hh, mm));
  for (let tries = 0; tries < 9 * 366; tries += 1) { // 29 February may be eight years away
    const fits = sense === "future" ? t >= here : t <= here;
    if (fits && (day === null || day === t.getUTCDate()) && (month === null || month === t.getUTCMonth() + 1)) return t.getTime() / 1000 - shift;
    t.setUTCDate(t.getUTCDate() + (sense === "future" ? 1 : -1));
  }
  return null;
}

// Seconds UTC; null where the text is no moment (2026-02-30 is none).
export function moment(text, sense = "past", at = clock.at) {
  const found = FORM.exec(plain(text));
  if (!found) return short(text, sense, at);
  const [y, mo, d, hh, mm] = found.slice(1).map(Number);
  const t = Date.UTC(y, mo - 1, d, hh, mm) / 1000;
  const back = new Date(t * 1000);
  const same = back.getUTCMonth() === mo - 1 && back.getUTCDate() === d && back.getUTCHours() === hh && back.getUTCMinutes() === mm;
  return same ? t - SHIFT : null;
}
export const written = (t) => dayTime(Math.round(t));
export const iso = (text, sense = "past") => new Date(moment(text, sense) * 1000).toISOString();

// Makes a text field one of moments: says what is wrong with it, tidies it, and steps the part under the caret by ↑ ↓.
export function asMoment(input, sense = "past") {
  Object.assign(input, { autocomplete: "off", placeholder: PATTERN, maxLength: 20, size: 16, spellcheck: false });
  input.inputMode = "numeric";
  input.title = gettext("Year-month-day hour:minute, or short: 0230, 17日0230. China time (UTC+8). ↑ and ↓ step.");
  input.classList.add("when");
  const check = () => input.setCustomValidity(!input.value || moment(input.value, sense) !== null ? "" : interpolate(gettext("Write it as %s or 0230, China time."), [PATTERN]));
  input.addEventListener("input", check);
  input.addEventListener("change", () => {
    check();
    const t = moment(input.value, sense);
    if (t !== null) input.value = written(t);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const t = moment(input.value, sense);
    if (!step || t === null) return;
    event.preventDefault();
    const [from, to, size] = PLACES.find(([, end]) => input.selectionStart <= end) ?? PLACES.at(-1);
    const next = new Date((t + SHIFT) * 1000);
    if (from === 0) next.setUTCFullYear(next.getUTCFullYear() + step);
    else if (from === 5) next.setUTCMonth(next.getUTCMonth() + step);
    else next.setTime(next.getTime() + step * size * 1000);
    input.value = written(next.getTime() / 1000 - SHIFT);
    input.setSelectionRange(from, to);
    check();
  });
  return input;
}
export const momentInput = (name, t, sense = "past") => asMoment(h("input", { name, required: true, value: written(t) }), sense);
