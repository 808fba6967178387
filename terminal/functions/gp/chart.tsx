import { createEffect, on, onCleanup, onMount } from 'solid-js';
import { useTerminal } from '../../app/context';
import { type Drawing, drawChart } from './draw';
import { readPalette } from './palette';
import type { ChartSpec } from './spec';

/** The canvas of a chart. Its numbers are read out beside it, so that it is a picture to a screen reader. */
export default function Chart(props: {
  spec: ChartSpec;
  cursor: string | null;
  point: (place: string | null) => void;
  label: string;
}) {
  const { settings } = useTerminal();
  let element!: HTMLDivElement;
  let drawing: Drawing | undefined;
  const show = () => drawing?.show(props.spec, readPalette());

  onMount(async () => {
    // Text on a canvas is not set again when a font arrives late.
    await document.fonts.load('11px "IBM Plex Mono"');
    if (!element.isConnected) return;
    drawing = drawChart(element, (place) => props.point(place));
    show();
  });
  createEffect(on([() => props.spec, settings.theme], show, { defer: true }));
  createEffect(
    on(
      () => props.cursor,
      (place) => drawing?.point(place),
    ),
  );
  onCleanup(() => drawing?.destroy());

  return <div ref={element} class="chart" role="img" aria-label={props.label} />;
}
