// Calls to /api: JSON in and out, one error shape, the CSRF token from its cookie.
import { toast } from "huanqiong/lib/toast.js";

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function csrf() {
  const name = `${document.documentElement.dataset.csrfCookie}=`;
  const found = document.cookie.split("; ").find((c) => c.startsWith(name));
  return found ? decodeURIComponent(found.slice(name.length)) : "";
}

async function answer(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, gettext("The server cannot be reached. What you see may be out of date."));
  }
  if (response.status === 401) {
    // A page that stays keeps what was typed, and says itself that one must sign in.
    if (!("stays" in document.body.dataset)) location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new ApiError(401, gettext("Your session has ended: sign in again."));
  }
  if (!response.ok) {
    const data = await response.json().catch(() => null);
    throw new ApiError(response.status, data?.message ?? interpolate(gettext("The server answered %s."), [response.status]));
  }
  return response;
}

async function call(method, path, body, signal) {
  const response = await answer(method, path, body, signal);
  return response.status === 204 ? null : response.json().catch(() => null);
}

export const get = (path, signal) => call("GET", path, undefined, signal);
export const post = (path, body = {}) => call("POST", path, body);
export const del = (path) => call("DELETE", path);

// Asks for a file and hands it to the browser to save under the name the server gives it; returns its headers.
export async function download(path, body) {
  const response = await answer("POST", path, body);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "download";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return response.headers;
}

// Runs an act and tells the person what came of it; null when it was refused.
export async function act(promise, done) {
  try {
    const result = await promise;
    if (done) toast(done, "good");
    return result ?? true;
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}
