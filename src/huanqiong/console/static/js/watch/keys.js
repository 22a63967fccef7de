// The watch floor without a mouse.
import { select, selected, emit } from "huanqiong/lib/bus.js";
import { may } from "huanqiong/lib/boot.js";
import { typing } from "huanqiong/lib/dom.js";
import { acknowledge, isSounding, move } from "huanqiong/watch/queue.js";
import { shown } from "huanqiong/watch/detail.js";
import * as dialogs from "huanqiong/watch/dialogs.js";
import * as orderDialog from "huanqiong/watch/order_dialog.js";
import * as reach from "huanqiong/watch/reach.js";
import { alerts } from "huanqiong/watch/store.js";
import { toast } from "huanqiong/lib/toast.js";

const held = (a, run) => {
  if (a.state === "claimed" && a.mine) return run();
  return toast(a.state === "open" ? gettext("Claim the alert first (c).") : gettext("Only the person who holds the alert judges it."), "bad");
};

const KEYS = {
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
  c: ["watch.claim", (a) => a.state === "open" ? dialogs.claim(a) : toast(gettext("It is claimed already."), "bad")],
  t: ["watch.judge", (a) => held(a, () => dialogs.judge(a, "true"))],
  f: ["watch.judge", (a) => held(a, () => dialogs.judge(a, "false"))],
  u: ["watch.judge", (a) => held(a, () => dialogs.judge(a, "unclear"))],
  s: ["watch.silence", (a) => a.distress ? toast(gettext("Distress is never silenced."), "bad") : dialogs.silence(a)],
  o: ["watch.order", (a) => orderDialog.order(a)],
  w: () => may("registry.view") ? reach.toggle(selected.alert === null ? null : shown()?.row ?? alerts.byId.get(selected.alert)) : toast(gettext("Your role may not do this."), "bad"),
  x: ["watch.judge", (a) => a.state === "judged" ? dialogs.close(a) : toast(gettext("Judge the alert before you close it."), "bad")],
  r: ["watch.claim", (a) => a.state === "claimed" && a.mine ? dialogs.release(a) : ["judged", "closed"].includes(a.state) && may("watch.reopen") ? dialogs.reopen(a) : null],
  a: ["watch.distress", () => {
    const waiting = alerts.all.find(isSounding) ?? alerts.all.find((x) => x.distress && !x.acknowledged_at);
    if (waiting) acknowledge(waiting.id);
  }],
  l: () => may("watch.log") ? dialogs.log(shown()?.row ?? alerts.byId.get(selected.alert)) : toast(gettext("Your role may not do this."), "bad"),
  v: ["registry.view", (a) => a.mmsi && location.assign(`/vessels/${a.mmsi}/`)],
  z: () => emit("zoom-to"), Escape: () => select({ from: "keys" }),
  " ": () => emit("play"), "[": () => emit("step", -1), "]": () => emit("step", 1), "0": () => emit("now"),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  const it = KEYS[event.key];
  if (!it) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  if (event.target.closest(".time-box, .maplibregl-canvas") && event.key.startsWith("Arrow")) return;
  event.preventDefault();
  if (typeof it === "function") return void it();
  const [permission, run] = it;
  if (!may(permission)) return void toast(gettext("Your role may not do this."), "bad");
  const a = shown()?.row ?? alerts.byId.get(selected.alert);
  if (a || event.key === "a") run(a);
  else toast(gettext("Choose an alert first (j, k)."), "bad");
});
