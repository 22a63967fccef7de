// Every vessel as one point of a WebGL layer: an arrow along its course, a dot when it has none. Fifty
// thousand are one draw call from one typed array, so a scrub of the timeline costs no worker and no layout; and
// they are drawn only when they or the view change (sheet.js).
import { palette, rgb } from "huanqiong/map/palette.js";
import { shipClass } from "huanqiong/lib/format.js";
import { Sheet, moved, program } from "huanqiong/map/sheet.js";

const INK_PX = 1.2e6;
const STRIDE = 20; // x f32, y f32, angle f32, rgba 4×u8, size u8, shape u8, two spare
const DOT = 0;
const ARROW = 1;
const DIAMOND = 2;
const DISTRESS = 3;
const RADIANS = Math.PI / 180;

const VERTEX = `#version 300 es
uniform mat4 u_matrix; uniform float u_size;
in vec2 a_pos; in float a_angle; in vec4 a_color; in vec2 a_form;
out vec4 v_color; out vec2 v_turn; out float v_px; flat out int v_shape;
void main() {
  gl_Position = u_matrix * vec4(a_pos, 0.0, 1.0);
  v_px = u_size * a_form.x / 64.0;
  gl_PointSize = v_px; v_color = a_color; v_turn = vec2(cos(a_angle), sin(a_angle)); v_shape = int(a_form.y + 0.5);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
uniform vec3 u_outline;
in vec4 v_color; in vec2 v_turn; in float v_px; flat in int v_shape;
out vec4 color;
void main() {
  if (v_px < 5.5) { color = vec4(v_color.rgb * v_color.a, v_color.a); return; }
  vec2 q = gl_PointCoord * 2.0 - 1.0;
  vec2 p = vec2(q.x * v_turn.x + q.y * v_turn.y, -q.x * v_turn.y + q.y * v_turn.x);
  float d;
  if (v_shape == 1) {
    p.x = abs(p.x);
    d = max(dot(p - vec2(0.0, -0.92), vec2(0.949, -0.316)), dot(p - vec2(0.0, 0.42), vec2(-0.537, 0.844)));
  } else if (v_shape == 2) d = (abs(q.x) + abs(q.y) - 0.62) * 0.707;
  else if (v_shape == 3) d = max(max(abs(q.x), abs(q.y)), (abs(q.x) + abs(q.y)) * 0.707) - 0.86;
  else d = length(q) - 0.44;
  float aa = 1.6 / v_px;
  float fill = 1.0 - smoothstep(-aa, aa, d);
  float inner = 1.0 - smoothstep(-aa, aa, d + 2.4 / v_px);
  vec3 c = mix(u_outline, v_color.rgb, v_px < 9.0 ? 1.0 : inner);
  if (v_shape == 3 && min(abs(q.x), abs(q.y)) < 0.14 && max(abs(q.x), abs(q.y)) < 0.55) c = vec3(1.0);
  float a = fill * v_color.a;
  if (a < 0.02) discard;
  color = vec4(c * a, a);
}`;

const mercX = (lon) => (lon + 180) / 360;
const mercY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / (2 * Math.PI);

export class VesselLayer {
  id = "vessels";
  type = "custom";
  renderingMode = "2d";

  constructor() {
    this.n = 0;
    this.picture = { n: 0, mmsi: [], lat: [], lon: [], cog: [], sog: [], heading: [], t: [], name: [], type: [], at: 0 };
    this.alerts = new Map(); // mmsi → {severity, distress}
    this.hidden = new Set(); // vessel classes switched off
    this.origin = [mercX(110), mercY(19.5)];
  }

  onAdd(map, gl) {
    this.map = map;
    this.gl = gl;
    this.program = program(gl, VERTEX, FRAGMENT, ["a_pos", "a_angle", "a_color", "a_form"]);
    this.sheet = new Sheet(gl);
    this.stale = true; // the sheet shows what was
    this.at = Object.fromEntries(["u_matrix", "u_size", "u_outline"].map((n) => [n, gl.getUniformLocation(this.program, n)]));
    this.buffer = gl.createBuffer();
    this.vao = gl.createVertexArray();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, STRIDE, 0);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, STRIDE, 8);
    gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, STRIDE, 12);
    gl.vertexAttribPointer(3, 2, gl.UNSIGNED_BYTE, false, STRIDE, 16);
    for (let i = 0; i < 4; i += 1) gl.enableVertexAttribArray(i);
    gl.bindVertexArray(null);
    map.on("hq-recolour", () => this.fill());
    map.on("moveend", () => map.triggerRepaint()); // at rest the sheet is drawn for the view itself
    this.fill();
  }

  onRemove(map, gl) {
    gl.deleteBuffer(this.buffer);
    gl.deleteProgram(this.program);
    this.sheet.remove();
  }

  // The columns of /api/sea/picture; `alerts` maps an MMSI to what is open on it.
  set(picture, alerts = this.alerts) {
    this.picture = picture;
    this.alerts = alerts;
    this.rank = null;
    this.fill();
  }

  // Columns of vessels that moved: written over the picture's rows, new ones appended.
  update(changes) {
    const p = this.picture;
    this.rank ??= new Map(p.mmsi.map((m, i) => [m, i]));
    const names = ["mmsi", "lat", "lon", "cog", "sog", "heading", "t", "name", "type"];
    for (let i = 0; i < changes.mmsi.length; i += 1) {
      let row = this.rank.get(changes.mmsi[i]);
      if (row === undefined) {
        row = p.mmsi.length;
        this.rank.set(changes.mmsi[i], row);
      }
      for (const name of names) {
        const value = changes[name][i];
        if (value !== null || !(name === "name" || name === "type") || p[name][row] === undefined) p[name][row] = value;
      }
    }
    p.n = p.mmsi.length;
    p.at = Math.max(p.at, changes.at ?? 0);
    this.fill();
  }

  fill() {
    const p = this.picture;
    if (!this.gl) return;
    const c = palette();
    const colours = Object.fromEntries(Object.entries(c).map(([k, v]) => [k, rgb(v)]));
    const order = [];
    const last = [];
    for (let i = 0; i < p.n; i += 1) (this.alerts.has(p.mmsi[i]) ? last : order).push(i);
    order.push(...last);
    const bytes = new ArrayBuffer(order.length * STRIDE);
    const f = new Float32Array(bytes);
    const u = new Uint8Array(bytes);
    let n = 0;
    this.rows = [];
    for (const i of order) {
      const alert = this.alerts.get(p.mmsi[i]);
      const kind = shipClass(p.type[i]);
      if (!alert && this.hidden.has(kind)) continue;
      const mmsi = p.mmsi[i];
      const beacon = mmsi >= 970000000 && mmsi < 975000000 && Math.floor(mmsi / 1e6) !== 971;
      const still = p.sog[i] !== null && p.sog[i] < 0.5;
      const direction = p.cog[i] ?? p.heading[i];
      const shape = beacon || alert?.distress ? DISTRESS : mmsi >= 980000000 || mmsi < 10000000 ? DIAMOND : still || direction === null ? DOT : ARROW;
      // What was heard long ago fades: full for ten minutes, a third after two hours.
      const age = Math.max(0, p.at - p.t[i]);
      const alpha = alert ? 1 : Math.max(0.34, Math.min(1, 1 - (age - 600) / 9000));
      const [r, g, b] = alert ? colours[alert.distress ? 9 : Math.max(1, alert.severity)] : beacon ? colours[9] : colours[kind];
      const at = n * 5;
      f[at] = mercX(p.lon[i]) - this.origin[0];
      f[at + 1] = mercY(p.lat[i]) - this.origin[1];
      f[at + 2] = (direction ?? 0) * RADIANS;
      const o = n * STRIDE + 12;
      u[o] = r; u[o + 1] = g; u[o + 2] = b; u[o + 3] = alpha * 255;
      u[o + 4] = shape === DISTRESS ? 100 : alert ? 84 : shape === DOT ? 48 : 64;
      u[o + 5] = shape;
      this.rows.push(i);
      n += 1;
    }
    this.n = n;
    this.xy = f;
    this.stale = true;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, u.subarray(0, n * STRIDE), gl.DYNAMIC_DRAW);
    this.outline = colours.outline.map((x) => x / 255);
    this.map.triggerRepaint();
  }

  size() {
    const z = this.map.getZoom();
    const base = Math.max(6, Math.min(24, 10 + (z - 5) * 3));
    // Far out and full, marks shrink so that together they cover a bounded part of the screen: coasts stay
    // readable and a machine without a graphics card can still pan.
    const room = z < 9 && this.n ? Math.sqrt(INK_PX / this.n) : base;
    return Math.max(3, Math.min(base, room)) * this.map.getPixelRatio();
  }

  // West, north, east, south of what is seen, in the world's square.
  view() {
    const { lng, lat } = this.map.getCenter();
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const world = 512 * 2 ** this.map.getZoom();
    const [x, y, w, h] = [mercX(lng), mercY(lat), clientWidth / 2 / world, clientHeight / 2 / world];
    return [x - w, y - h, x + w, y + h];
  }

  // Before a frame: the sheet that it will show, drawn anew where it lacks something, and once the map has come to rest.
  prerender(gl) {
    if (!this.n) return;
    const [view, zoom] = [this.view(), this.map.getZoom()];
    if (!this.stale && (this.map.isMoving() ? this.sheet.covers(view, zoom) : this.sheet.fits(view, zoom))) return;
    this.sheet.redraw(view, zoom, gl.drawingBufferWidth, gl.drawingBufferHeight, (m) => this.points(gl, m));
    this.stale = false;
  }

  render(gl, args) {
    if (this.n) this.sheet.draw(args.defaultProjectionData.mainMatrix);
  }

  points(gl, matrix) {
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(this.at.u_matrix, false, moved(matrix, ...this.origin));
    gl.uniform1f(this.at.u_size, this.size());
    gl.uniform3fv(this.at.u_outline, this.outline);
    gl.bindVertexArray(this.vao);
    gl.drawArrays(gl.POINTS, 0, this.n);
    gl.bindVertexArray(null);
  }

  // The row of the picture nearest to a screen point, within `radius` pixels; -1 where the sea is empty.
  nearest({ x, y }, radius = 11) {
    const at = this.map.unproject([x, y]);
    const scale = 512 * 2 ** this.map.getZoom();
    const [mx, my] = [mercX(at.lng) - this.origin[0], mercY(at.lat) - this.origin[1]];
    let best = (radius / scale) ** 2;
    let found = -1;
    for (let i = 0; i < this.n; i += 1) {
      const d = (this.xy[i * 5] - mx) ** 2 + (this.xy[i * 5 + 1] - my) ** 2;
      if (d <= best) {
        best = d;
        found = this.rows[i];
      }
    }
    return found;
  }

  rowOf(mmsi) {
    this.rank ??= new Map(this.picture.mmsi.map((m, i) => [m, i]));
    return this.rank.get(mmsi) ?? -1;
  }
}
