// The one stream of changes from the server. Nothing polls: this says what changed.
import { emit } from "huanqiong/lib/bus.js";

let source = null;

export function connect() {
  if (source) return;
  source = new EventSource("/api/stream");
  source.addEventListener("open", () => emit("link", true));
  source.addEventListener("error", () => emit("link", false));
  for (const name of ["alert", "vessels", "feed", "distress", "duty", "escalation", "handover", "order", "silence", "record", "zone", "vessel", "reset"]) {
    source.addEventListener(name, (event) => emit(`stream:${name}`, event.data ? JSON.parse(event.data) : {}));
  }
  // A page that is left keeps no connection: browsers allow six a host.
  addEventListener("pagehide", () => {
    source?.close();
    source = null;
  });
  addEventListener("pageshow", (event) => event.persisted && connect());
}
