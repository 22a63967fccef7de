// Short messages at the foot of the page, read out by screen readers.
import { $, h, icon } from "huanqiong/lib/dom.js";

export function toast(text, mood = "") {
  const box = $("#toasts");
  const el = h("div", { class: `toast ${mood}`, role: mood === "bad" ? "alert" : "status" }, icon(mood === "bad" ? "circle-alert" : "check"), text);
  box.append(el);
  while (box.children.length > 3) box.firstChild.remove();
  setTimeout(() => el.remove(), mood === "bad" ? 9000 : 4000);
}
