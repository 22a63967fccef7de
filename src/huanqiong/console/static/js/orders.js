// Receipt and outcome of the orders on this page, and the end of a silence; it reads itself again when an order changes anywhere.
import { act, post } from "huanqiong/lib/api.js";
import { on } from "huanqiong/lib/bus.js";
import { $$ } from "huanqiong/lib/dom.js";
import { outcome, received } from "huanqiong/lib/order_dialogs.js";

const orders = new Map(JSON.parse(document.getElementById("running").textContent).map((o) => [String(o.id), o]));
const again = (done) => done && location.reload();
for (const b of $$("[data-outcome]")) b.addEventListener("click", () => outcome(orders.get(b.dataset.outcome)).then(again));
for (const b of $$("[data-received]")) b.addEventListener("click", () => received(orders.get(b.dataset.received)).then(again));
for (const b of $$("[data-lift]")) b.addEventListener("click", () => act(post(`/api/silences/${b.dataset.lift}/lift`), gettext("Silence lifted")).then(again));
on("stream:order", () => document.querySelector("dialog[open]") === null && location.reload());
