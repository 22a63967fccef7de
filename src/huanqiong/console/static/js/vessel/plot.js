// Speed over ground and course over time, the events as bands. Silence breaks the lines.
import * as echarts from "echarts";
import { dayTime, hm, monthDay, number } from "huanqiong/lib/format.js";
import { palette } from "huanqiong/map/palette.js";

const SILENT_S = 1800;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function broken(track, values) {
  const out = [];
  for (let i = 0; i < track.t.length; i += 1) {
    if (i && track.t[i] - track.t[i - 1] > SILENT_S) out.push([track.t[i - 1] * 1000 + 1, null]);
    out.push([track.t[i] * 1000, values[i]]);
  }
  return out;
}

export function speedPlot(box, hover) {
  const plot = echarts.init(box, null, { renderer: "canvas" });
  let last = null;
  const draw = (track, verdicts) => {
    last = [track, verdicts];
    const c = palette();
    const [ink, line] = [css("--ink-2"), css("--line")];
    const axis = { axisLabel: { color: ink, fontSize: 11 }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: ink, fontSize: 11 } };
    const time = { ...axis, type: "time", axisLabel: { ...axis.axisLabel, formatter: (v) => (hm(v / 1000) === "00:00" ? monthDay(v / 1000) : hm(v / 1000)) } };
    const bands = verdicts.filter((v) => track.t.length && Date.parse(v.t1) / 1000 >= track.t[0] && Date.parse(v.t0) / 1000 <= track.t.at(-1));
    plot.setOption({
      animation: false,
      textStyle: { fontFamily: css("--font") },
      grid: [{ left: 44, right: 14, top: 24, height: "46%" }, { left: 44, right: 14, top: "68%", bottom: 24 }],
      axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: ink } },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: css("--panel"), borderColor: css("--line-strong"), textStyle: { color: css("--ink"), fontSize: 12 },
        formatter: (rows) => `${dayTime(rows[0].value[0] / 1000)}\n${rows.map((r) => `${r.seriesName}  ${r.value[1] === null ? "–" : number(r.value[1], 1)}${r.seriesIndex ? "°" : ` ${gettext("kn")}`}`).join("\n")}` },
      xAxis: [{ ...time, gridIndex: 0, axisLabel: { show: false } }, { ...time, gridIndex: 1 }],
      yAxis: [{ ...axis, gridIndex: 0, name: gettext("speed, kn"), min: 0, splitNumber: 3 }, { ...axis, gridIndex: 1, name: gettext("course"), min: 0, max: 360, interval: 180 }],
      series: [
        { name: gettext("speed"), type: "line", showSymbol: false, connectNulls: false, data: broken(track, track.sog), lineStyle: { width: 1.4, color: c.track }, itemStyle: { color: c.track }, areaStyle: { color: c.track, opacity: 0.12 }, sampling: "lttb",
          markArea: { silent: true, label: { color: ink, fontSize: 11, position: "insideTop" }, data: bands.map((v, i) => [{ label: { distance: 3 + 14 * i }, xAxis: Date.parse(v.t0), itemStyle: { color: c[Math.max(1, v.severity)], opacity: bands.length > 6 ? 0.07 : 0.16 }, name: bands.length > 6 ? "" : v.kind_name }, { xAxis: Math.max(Date.parse(v.t1), Date.parse(v.t0) + 60000) }]) } },
        { name: gettext("course"), type: "scatter", xAxisIndex: 1, yAxisIndex: 1, symbolSize: 2.4, data: broken(track, track.cog), itemStyle: { color: c.cargo } },
      ],
    }, true);
  };
  plot.on("updateAxisPointer", (event) => {
    const x = event.axesInfo?.[0]?.value;
    if (x) hover(x / 1000);
  });
  addEventListener("hq-theme", () => last && draw(...last));
  new ResizeObserver(() => plot.resize()).observe(box);
  return draw;
}
