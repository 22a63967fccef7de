// The page of the chain: answers to steps, and a list that reads itself again when something climbs.
import { on } from "huanqiong/lib/bus.js";
import { $$ } from "huanqiong/lib/dom.js";
import { called, seen } from "huanqiong/lib/told.js";

const fresh = (done) => done && location.reload();
for (const b of $$("[data-step-seen]")) b.addEventListener("click", () => seen(b.dataset.stepSeen).then(fresh));
for (const b of $$("[data-step-call]")) b.addEventListener("click", () => called(b.dataset.stepCall, b.dataset.contact).then(fresh));
on("stream:escalation", () => document.querySelector("dialog[open]") ?? location.reload());
