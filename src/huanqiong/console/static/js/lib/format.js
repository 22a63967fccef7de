// How times, places and numbers are shown: Asia/Shanghai, nautical units, degrees and minutes.

const LANG = document.documentElement.lang;
const zone = "Asia/Shanghai";
const parts = (options) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...options });
const HM = parts({ hour: "2-digit", minute: "2-digit" });
const HMS = parts({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = parts({ year: "numeric", month: "2-digit", day: "2-digit" });

export const asDate = (t) => (t instanceof Date ? t : new Date(typeof t === "number" ? t * 1000 : t));
export const hm = (t) => HM.format(asDate(t));
export const hms = (t) => HMS.format(asDate(t));
export const day = (t) => DAY.format(asDate(t));
export const dayTime = (t) => `${day(t)} ${hm(t)}`;
export const monthDay = (t) => day(t).slice(5);
export const shortTime = (t, at) => (day(t) === day(at) ? hm(t) : `${monthDay(t)} ${hm(t)}`);

export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return interpolate(ngettext("%s second", "%s seconds", s), [s]);
  const m = Math.round(s / 60);
  if (m < 90) return interpolate(ngettext("%s minute", "%s minutes", m), [m]);
  const hours = s / 3600;
  if (hours < 48) return interpolate(gettext("%s h"), [number(hours, 1)]);
  return interpolate(gettext("%s days"), [number(hours / 24, 1)]);
}

export const number = (value, digits = 0) =>
  value === null || value === undefined || Number.isNaN(value)
    ? "–"
    : new Intl.NumberFormat(LANG, { maximumFractionDigits: digits }).format(value);

function degreeMinute(value, width, letters) {
  const total = Math.round(Math.abs(value) * 60000);
  const degrees = Math.floor(total / 60000);
  const minutes = ((total % 60000) / 1000).toFixed(3).padStart(6, "0");
  return `${String(degrees).padStart(width, "0")}°${minutes}′${letters[value < 0 ? 1 : 0]}`;
}

export const place = (lat, lon) => `${degreeMinute(lat, 2, "NS")} ${degreeMinute(lon, 3, "EW")}`;
export const decimal = (lat, lon) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;

export function speed(kn) {
  return kn === null || kn === undefined ? "–" : interpolate(gettext("%s kn"), [number(kn, 1)]);
}
export const course = (deg) => (deg === null || deg === undefined ? "–" : `${String(Math.round(deg) % 360).padStart(3, "0")}°`);

// AIS ship types by their tens, as the map colours them (ITU-R M.1371-5, table 53).
export function shipClass(type) {
  if (type === 30) return "fishing";
  if ([31, 32, 52].includes(type)) return "tug";
  if ([35, 51, 53, 55, 58].includes(type)) return "service";
  if ([36, 37].includes(type)) return "pleasure";
  if (type >= 40 && type < 50) return "fast";
  if (type >= 60 && type < 70) return "passenger";
  if (type >= 70 && type < 80) return "cargo";
  if (type >= 80 && type < 90) return "tanker";
  return "other";
}

export const shipClassName = (name) =>
  ({
    fishing: gettext("Fishing"), tug: gettext("Tug or tow"), service: gettext("Service or law enforcement"),
    pleasure: gettext("Pleasure"), fast: gettext("High-speed craft"), passenger: gettext("Passenger"),
    cargo: gettext("Cargo"), tanker: gettext("Tanker"), other: gettext("Other or unknown"),
  })[name];
