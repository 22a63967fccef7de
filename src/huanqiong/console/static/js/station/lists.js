// Who is out, with one tap to say she is back; and what was logged lately, with a way to take it back.
import { boot } from "huanqiong/lib/boot.js";
import { $, h, icon } from "huanqiong/lib/dom.js";
import { shortTime, span } from "huanqiong/lib/format.js";
import { nowT } from "huanqiong/station/copy.js";
import { latest, trips } from "huanqiong/station/merge.js";

const odds = (t) => t.conflicts.map((c) => h("span", { class: "chip mid odd" }, icon("triangle-alert"), boot.conflicts[c]));
const waits = (entry) => (entry?.waits ? h("span", { class: "chip mid" }, icon("wifi-off"), gettext("not sent yet")) : null);

export function draw({ back, undo }) {
  const rows = trips();
  const now = nowT(latest());
  const out = rows.filter((t) => t.state === "out" || t.state === "overdue");
  out.sort((a, b) => (a.due_t ?? Infinity) - (b.due_t ?? Infinity) || a.left_t - b.left_t);
  $("#out-n").textContent = out.length ? interpolate(ngettext("%s boat", "%s boats", out.length), [out.length]) : "";
  $("#out").replaceChildren(...out.map((t) => {
    const late = t.due_t !== null && now > t.due_t;
    return h("li", { class: "trip", "data-boat": t.name }, h("div", { class: "said" }, h("b", {}, t.name), t.boat ? null : h("span", { class: "chip mid" }, gettext("not in the register")), waits(t.out[0]),
      h("small", {}, interpolate(gettext("left %s"), [shortTime(t.left_t, now)]), ` · ${t.crew_n ? interpolate(ngettext("%s on board", "%s on board", t.crew_n), [t.crew_n]) : gettext("crew not named")}`),
      t.due_t === null ? null : h("small", { class: late ? "late" : "" }, interpolate(gettext("back by %s"), [shortTime(t.due_t, now)]), late ? ` · ${interpolate(gettext("%s late"), [span(now - t.due_t)])}` : ""), odds(t)),
    h("button", { class: "primary big back", onclick: () => back(t) }, icon("check"), gettext("She is back")));
  }), ...(out.length ? [] : [h("li", { class: "none faint" }, gettext("Every boat is in."))]));
  const entries = rows.flatMap((t) => [...t.out.map((e) => [e, t, "departure"]), ...t.back.map((e) => [e, t, "return"])]);
  entries.sort(([a], [b]) => b.t - a.t);
  $("#done").replaceChildren(...entries.slice(0, 12).map(([e, t, kind]) => h("li", { class: "trip small" }, h("div", { class: "said" },
    h("span", {}, icon(kind === "departure" ? "arrow-right" : "arrow-left"), " ", h("b", {}, t.name), ` ${kind === "departure" ? gettext("left") : gettext("came back")} ${shortTime(e.t, now)}`), e.by ? h("small", {}, e.by) : null, waits(e), kind === "return" || t.state === "lost" ? odds(t) : null),
  // What was sent a moment ago has no number here yet.
  e.id || e.waits ? h("button", { class: "ghost small", onclick: () => undo(e, t, kind) }, icon("undo-2"), gettext("A mistake")) : null)), ...(entries.length ? [] : [h("li", { class: "none faint" }, gettext("Nothing was logged in the last days."))]));
}
