// What a clerk's page keeps on this device besides what waits to be sent: gone at sign-out.

export async function clearDevice() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("hq.station.")) localStorage.removeItem(key);
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) if (name.startsWith("hq-station-")) await caches.delete(name);
}

// Signing out waits until the device is clear: a page that is left may not finish what it began.
export function clearAtSignOut(form) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await clearDevice();
    } finally {
      form.submit();
    }
  });
}
