// The sign-in pages: the theme switch, and passkeys where the browser knows them.
import { $, $$ } from "huanqiong/lib/dom.js";
import { possible, prove, said } from "huanqiong/lib/webauthn.js";

$("#theme").addEventListener("click", () => window.hqToggleTheme());
const error = $("#passkey-error");
for (const form of $$("form[data-passkey]")) {
  form.hidden = !possible();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      form.elements.credential.value = await prove(form.dataset.passkey);
      form.submit();
    } catch (why) {
      $("span", error).textContent = said(why);
      error.hidden = false;
    }
  });
}
