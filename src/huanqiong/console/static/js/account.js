// One's own account: enrolling a passkey, printing recovery codes.
import { $, $$ } from "huanqiong/lib/dom.js";
import { create, possible, said } from "huanqiong/lib/webauthn.js";

for (const b of $$("[data-print]")) b.addEventListener("click", () => print());
const form = $("#enrol");
const error = $("#passkey-error");
if (form) {
  form.hidden = !possible();
  $("#no-passkeys").hidden = possible();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      form.elements.credential.value = await create(form.dataset.begin, { alone: form.elements.alone.checked });
      form.submit();
    } catch (why) {
      $("span", error).textContent = said(why);
      error.hidden = false;
      error.scrollIntoView({ block: "center" });
    }
  });
}
