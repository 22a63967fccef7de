// An alert's evidence as a file: asks what it is for, which goes into the file and into the log.
import { ApiError, download } from "huanqiong/lib/api.js";
import { ask } from "huanqiong/lib/ask.js";
import { h, icon } from "huanqiong/lib/dom.js";
import { toast } from "huanqiong/lib/toast.js";

export async function exportEvidence(a) {
  const waiting = h("p", { class: "hint", role: "status", hidden: true }, icon("clock"), gettext("The days are looked at again: this takes from seconds to a minute."));
  await ask(gettext("Export evidence"), [
    h("p", { class: "muted" }, h("b", {}, a.title), ` · № ${a.id}`),
    h("p", { class: "hint" }, icon("info"), gettext("One signed file with this vessel's positions, raw bytes, verdicts and records. Of other vessels it holds only counts. Anyone can check it with hq evidence verify.")),
    h("label", { class: "field" }, h("span", {}, gettext("Purpose (goes into the file and the log with your name)")),
      h("input", { name: "purpose", required: true, minlength: 2, maxlength: 200, "data-first": true, placeholder: gettext("Case number, court, request") })),
    waiting,
  ], {
    yes: gettext("Export"), sign: "fingerprint",
    send: async (d) => {
      if (!waiting.hidden) return null; // one at a time
      waiting.hidden = false;
      try {
        const [good, all] = (await download(`/api/alerts/${a.id}/evidence`, { purpose: d.purpose })).get("X-Verdicts").split("/");
        toast(interpolate(gettext("Evidence exported: %s of %s verdicts reproduced byte for byte"), [good, all]), good === all ? "good" : "");
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        toast(error.message, "bad");
        return null;
      } finally {
        waiting.hidden = true;
      }
    },
  });
}
