// The parts of ECharts that are used, and no more: they are loaded after the figures are there.
import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

register([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

export { init };
