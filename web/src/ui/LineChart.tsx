import type { ECharts } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { init } from './echarts';
import styles from './LineChart.module.css';

export type LinePoint = {
  label: string;
  name: string;
  previousName: string;
  value: number | null;
  previous: number | null;
  isPartial: boolean;
};

type Props = {
  /** What the picture says, for who cannot see it. */
  description: string;
  points: readonly LinePoint[];
  axis: (value: number) => string;
  figure: (value: number | null) => string;
};

/** A line for a period, dashed where it is still growing, and a quiet one for the period before. Colours are the page's tokens, so that they follow its theme. */
// oxlint-disable-next-line import/no-default-export -- React.lazy takes a default
export default function LineChart({ description, points, axis, figure }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);

  useEffect(() => {
    if (!element.current) return;
    const made = init(element.current, null, { renderer: 'svg' });
    chart.current = made;
    const resize = () => made.resize();
    const observer = new ResizeObserver(resize);
    observer.observe(element.current);
    addEventListener('beforeprint', resize);
    return () => {
      removeEventListener('beforeprint', resize);
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(optionOf(points, axis, figure), { notMerge: true });
  }, [points, axis, figure]);

  return <div className={styles.chart} ref={element} role="img" aria-label={description} />;
}

function optionOf(points: readonly LinePoint[], axis: Props['axis'], figure: Props['figure']) {
  const last = points.findLastIndex((point) => point.value !== null);
  const isOpen = last > 0 && points[last]?.isPartial === true;
  const text = { color: 'var(--quiet)', fontFamily: 'inherit', fontSize: 11 };
  const line = {
    type: 'line',
    showSymbol: points.length === 1,
    symbol: 'circle',
    symbolSize: 6,
    emphasis: { disabled: true },
    connectNulls: false,
  };
  return {
    animation: false,
    grid: { left: 4, right: 18, top: 10, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: points.map((point) => point.label),
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--line-strong)' } },
      axisLabel: { ...text, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: 'value',
      min: (range: { min: number }) => Math.min(0, range.min),
      splitNumber: 4,
      axisLabel: { ...text, formatter: axis },
      splitLine: { lineStyle: { color: 'var(--grid-line)' } },
    },
    tooltip: {
      trigger: 'axis',
      className: styles.tooltip,
      borderWidth: 0,
      padding: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow: none',
      transitionDuration: 0,
      confine: true,
      axisPointer: { type: 'line', lineStyle: { color: 'var(--line-strong)', type: 'solid' } },
      // An element, not a text: style attributes in text are refused by the page's content policy.
      formatter: (hovered: { dataIndex: number }[]) => tooltipOf(points[hovered[0]?.dataIndex ?? 0], figure),
    },
    series: [
      {
        ...line,
        name: 'Previous period',
        data: points.map((point) => point.previous),
        lineStyle: { color: 'var(--series-previous)', width: 1.5, type: [4, 4] },
        itemStyle: { color: 'var(--series-previous)' },
        z: 1,
      },
      {
        ...line,
        name: 'This period',
        data: points.map((point, index) => (isOpen && index === last ? null : point.value)),
        lineStyle: { color: 'var(--series-1)', width: 2 },
        itemStyle: { color: 'var(--series-1)' },
        areaStyle: { color: 'var(--series-1-area)' },
        z: 3,
      },
      {
        ...line,
        name: 'This period, still running',
        data: points.map((point, index) => (isOpen && index >= last - 1 && index <= last ? point.value : null)),
        lineStyle: { color: 'var(--series-1)', width: 2, type: [2, 3] },
        itemStyle: { color: 'var(--series-1)' },
        z: 3,
      },
    ],
  };
}

function tooltipOf(point: LinePoint | undefined, figure: Props['figure']): HTMLElement {
  const box = document.createElement('div');
  box.className = styles.bubble ?? '';
  if (!point) return box;
  const add = (kind: string | undefined, name: string, value: string) => {
    const row = document.createElement('div');
    row.className = [styles.row, kind].join(' ');
    for (const text of [name, value]) {
      const part = document.createElement('span');
      part.textContent = text;
      row.append(part);
    }
    box.append(row);
  };
  add(styles.now, `${point.name}${point.isPartial ? ' (still running)' : ''}`, figure(point.value));
  if (point.previousName) add(styles.before, point.previousName, figure(point.previous));
  return box;
}
