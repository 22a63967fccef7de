// The duty log's page: new entries, corrections, additions, an alert started from an entry.
import { $$ } from "huanqiong/lib/dom.js";
import { startAlert, write } from "huanqiong/lib/duty_dialog.js";

const entries = new Map(JSON.parse(document.getElementById("duty-days").textContent).flatMap(([, rows]) => rows).map((e) => [e.id, e]));
const fresh = (done) => done && location.reload();

for (const b of $$("[data-duty-new]")) b.addEventListener("click", () => write().then(fresh));
for (const b of $$("[data-duty-entry]")) {
  b.addEventListener("click", () => {
    const entry = entries.get(Number(b.dataset.dutyEntry));
    if (b.dataset.relation === "alert") startAlert(entry).then((made) => made && location.assign(`/?alert=${made.alert}`));
    else write({ entry, relation: b.dataset.relation }).then(fresh);
  });
}
