// What was drawn once and moves with the map: a texture wider than the view, so that a frame costs one rectangle,
// however many vessels there are. At rest its pixels are the screen's. Turned or tilted maps are not foreseen.

const VERTEX = `#version 300 es
uniform mat4 u_matrix; uniform vec4 u_box;
in vec2 a_corner;
out vec2 v_at;
void main() { v_at = vec2(a_corner.x, 1.0 - a_corner.y); gl_Position = u_matrix * vec4(mix(u_box.xy, u_box.zw, a_corner), 0.0, 1.0); }`;
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_sheet;
in vec2 v_at;
out vec4 color;
void main() { color = texture(u_sheet, v_at); }`;
const MARGIN = 0.5; // of the view, on each side
const MOST_PX = 4096;
const MOST_ZOOM = 0.6; // farther from the zoom it was drawn at a sheet would look coarse

export function program(gl, vertex, fragment, attributes) {
  const p = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(p, shader);
  }
  attributes.forEach((name, i) => gl.bindAttribLocation(p, i, name));
  gl.linkProgram(p);
  return p;
}

// Boxes are [west, north, east, south] in the world's square (0 to 1), like the places of the points that are drawn.
export class Sheet {
  constructor(gl) {
    this.gl = gl;
    this.program = program(gl, VERTEX, FRAGMENT, ["a_corner"]);
    this.at = Object.fromEntries(["u_matrix", "u_box"].map((n) => [n, gl.getUniformLocation(this.program, n)]));
    this.corners = gl.createBuffer();
    this.vao = gl.createVertexArray();
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.enableVertexAttribArray(0);
    gl.bindVertexArray(null);
    this.texture = gl.createTexture();
    this.frame = gl.createFramebuffer();
    this.box = null;
  }

  remove() {
    const { gl } = this;
    gl.deleteProgram(this.program);
    gl.deleteBuffer(this.corners);
    gl.deleteVertexArray(this.vao);
    gl.deleteTexture(this.texture);
    gl.deleteFramebuffer(this.frame);
  }

  covers([w, n, e, s], zoom) {
    const b = this.box;
    return b !== null && w >= b[0] && n >= b[1] && e <= b[2] && s <= b[3] && Math.abs(zoom - this.zoom) <= MOST_ZOOM;
  }

  // Whether it was drawn for exactly this view.
  fits(view, zoom) {
    return this.box !== null && this.zoom === zoom && this.view === view.join();
  }

  // Draws anew around a view of `width` by `height` pixels; `paint` gets the matrix from the world's square.
  redraw([w, n, e, s], zoom, width, height, paint) {
    const { gl } = this;
    // Whole pixels beside the view, so that a pixel of the sheet is one of the screen.
    const [mx, my] = [[width, e - w], [height, s - n]].map(([px, span]) => (Math.floor(Math.min(px * MARGIN, Math.max(0, (MOST_PX - px) / 2))) * span) / px);
    const box = [w - mx, n - my, e + mx, s + my];
    const [wide, high] = [Math.round((width * (box[2] - box[0])) / (e - w)), Math.round((height * (box[3] - box[1])) / (s - n))];
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.wide !== wide || this.high !== high) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, wide, high, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
      for (const [key, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) gl.texParameteri(gl.TEXTURE_2D, key, value);
      Object.assign(this, { wide, high });
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    gl.viewport(0, 0, wide, high);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const [sx, sy] = [2 / (box[2] - box[0]), 2 / (box[3] - box[1])];
    paint([sx, 0, 0, 0, 0, -sy, 0, 0, 0, 0, 1, 0, -1 - box[0] * sx, 1 + box[1] * sy, 0, 1]);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    Object.assign(this, { box, zoom, view: [w, n, e, s].join() });
  }

  draw(matrix) {
    const { gl, box } = this;
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniformMatrix4fv(this.at.u_matrix, false, moved(matrix, box[0], box[1]));
    gl.uniform4f(this.at.u_box, 0, 0, box[2] - box[0], box[3] - box[1]);
    gl.bindVertexArray(this.vao);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.bindVertexArray(null);
  }
}

// The matrix for places counted from (x, y): in doubles, so deep zooms do not tremble.
export function moved(matrix, x, y) {
  const m = Array.from(matrix);
  for (let r = 0; r < 4; r += 1) m[12 + r] += m[r] * x + m[4 + r] * y;
  return m;
}
