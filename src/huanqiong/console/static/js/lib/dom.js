// Elements from data. Text is always text: names come from the radio and are never read as markup.

const SVG = "http://www.w3.org/2000/svg";
const root = document.documentElement.dataset;

export function h(tag, attrs, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "class") el.className = value;
    else if (key === "dataset") Object.assign(el.dataset, value);
    else if (key === "style") Object.assign(el.style, value);
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

export function icon(name, className = "i") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${root.static}vendor/lucide/sprite.svg#${name}`);
  svg.append(use);
  return svg;
}

// Severity has a shape, a colour and a word: 3 diamond, 2 triangle, 1 circle, 9 (distress) octagon.
const SHAPES = {
  9: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
  3: "M8 0.5 15.5 8 8 15.5 0.5 8z",
  2: "M8 1.2 15.4 14.5H0.6z",
  1: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z",
};

export function severityMark(severity, distress = false) {
  const level = distress ? 9 : Math.max(1, Math.min(3, severity || 1));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `sev sev-${level}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", severityWord(severity, distress));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[level]);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

export function severityWord(severity, distress = false) {
  if (distress) return gettext("Distress");
  return [gettext("Low"), gettext("Low"), gettext("Medium"), gettext("High")][Math.max(0, Math.min(3, severity || 0))];
}

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

export const typing = (event) => event.target.closest?.("input, textarea, select, [contenteditable], dialog") !== null;
