// The sign of each kind of event; the texts come from the server.

const ICONS = {
  gap: "wifi-off", open_gap: "wifi-off", deliberate_gap: "eye", encounter: "link", dark_encounter: "link", loitering: "refresh-cw",
  drift: "compass", port_visit: "anchor", unlisted_landing: "map-pin", zone_visit: "pentagon", fast_near_coast: "gauge",
  sudden_manoeuvre: "navigation", route_deviation: "route", position_offset: "crosshair", circle_spoof: "target",
  identity_clash: "fingerprint", identity_change: "fingerprint", transponder_conflict: "radio", draught_change: "ruler",
  origin_watch: "flag", fishing: "ship", fishing_boat_not_fishing: "ship", uncorrelated_contact: "eye", distress: "life-buoy",
};

export const kindIcon = (kind) => ICONS[kind] ?? "triangle-alert";
