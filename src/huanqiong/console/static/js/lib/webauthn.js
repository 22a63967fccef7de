// Passkeys: the server's challenge to the authenticator, the authenticator's answer into a form. Bytes travel as base64url.
import { ApiError, post } from "huanqiong/lib/api.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list ?? []).map((c) => ({ ...c, id: bytes(c.id) }));

export const possible = () => Boolean(window.PublicKeyCredential && navigator.credentials);

// What went wrong, in words a person can act on.
export function said(error) {
  if (error instanceof ApiError) return error.message;
  if (error.name === "NotAllowedError") return gettext("Nothing was confirmed. Try again, or use another way.");
  if (error.name === "InvalidStateError") return gettext("This authenticator is enrolled already.");
  if (error.name === "SecurityError") return gettext("Passkeys belong to a host name: open this console under its name (localhost), not under an address.");
  return interpolate(gettext("The authenticator did not answer: %s"), [error.message]);
}

// A new passkey for the challenge at `path`; the answer as JSON text.
export async function create(path, wish) {
  const { publicKey: o } = await post(path, wish);
  const made = await navigator.credentials.create({
    publicKey: { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: known(o.excludeCredentials) },
  });
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject), transports: made.response.getTransports?.() ?? [] },
  });
}

// A proof for the challenge at `path`; the answer as JSON text.
export async function prove(path) {
  const { publicKey: o } = await post(path);
  const got = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: known(o.allowCredentials) } });
  return JSON.stringify({
    id: got.id,
    rawId: text(got.rawId),
    type: got.type,
    authenticatorAttachment: got.authenticatorAttachment,
    clientExtensionResults: got.getClientExtensionResults(),
    response: {
      clientDataJSON: text(got.response.clientDataJSON),
      authenticatorData: text(got.response.authenticatorData),
      signature: text(got.response.signature),
      userHandle: got.response.userHandle ? text(got.response.userHandle) : null,
    },
  });
}
