// One modal dialog with a form: asks, sends, closes when it was accepted.
import { h, icon } from "huanqiong/lib/dom.js";

// One dialog: `fields` are elements; `send` gets the form's data and returns a promise or null to stay open.
export function ask(title, fields, { yes, mood = "primary", send, sign = "circle-help" }) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" }, fields, h("div", { class: "row end" },
      h("button", { type: "button", class: "ghost", onclick: () => dialog.close() }, gettext("Cancel"), h("kbd", {}, "Esc")),
      h("button", { type: "submit", class: mood }, yes, h("kbd", {}, "⌃⏎"))));
    const dialog = h("dialog", { "aria-label": title }, h("header", {}, icon(sign), h("h2", {}, title), h("button", { class: "ghost small", "aria-label": gettext("Close"), onclick: () => dialog.close() }, icon("x"))), form);
    let result = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const done = await send(Object.fromEntries(new FormData(form)));
      if (done) {
        result = done;
        dialog.close();
      }
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("[data-first]") ?? form.querySelector("textarea, input, select"))?.focus();
  });
}
