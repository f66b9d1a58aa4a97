import type { ReactNode } from 'react';
import * as format from '@/lib/format';
import { metricViews } from '@/lib/metrics';
import type { Period } from '@/lib/period';
import { numberOf, type Row } from '@/lib/query';
import { Card } from '@/ui/Card';
import { DataTable, type TableColumn } from '@/ui/DataTable';
import { Delta } from '@/ui/Delta';
import { EmptyState } from '@/ui/EmptyState';
import { Skeleton } from '@/ui/Skeleton';
import type { Direction } from '@/ui/sort';
import styles from './CampaignTable.module.css';
import { type Campaign, campaignTakeaway, comparisonWords } from './model';
import type { Column } from './search';

type Props = {
  campaigns: readonly Campaign[] | null;
  isTruncated: boolean;
  totals: Row | undefined;
  previousTotals: Row | undefined;
  withRevenue: boolean;
  period: Period;
  currency: string;
  timeZone: string;
  asOf: string | undefined;
  explain: (metric: string, label: string) => ReactNode;
  sort: { column: Column; direction: Direction };
  onSort: (column: Column, direction: Direction) => void;
};

/** The same figures by campaign. Totals are asked for, not added up: a visitor of two campaigns is one visitor. */
export function CampaignTable({
  campaigns,
  isTruncated,
  totals,
  previousTotals,
  withRevenue,
  period,
  currency,
  timeZone,
  asOf,
  explain,
  sort,
  onSort,
}: Props) {
  const scans = numberOf(totals, 'total_scans');
  const most = Math.max(0, ...(campaigns ?? []).map((campaign) => campaign.total_scans ?? 0));
  const { total_scans, unique_visitors, conversion_rate, revenue } = metricViews;
  const columns: TableColumn<Campaign, Column>[] = [
    {
      id: 'campaign',
      name: 'Campaign',
      sortBy: (row) => row.name,
      cell: (row) => <span className={styles.name}>{row.name}</span>,
      total: 'All campaigns',
    },
    {
      id: 'total_scans',
      name: total_scans.label,
      isNumber: true,
      explain: explain('total_scans', total_scans.label),
      sortBy: (row) => row.total_scans,
      cell: (row) => (
        <span className={styles.scans}>
          <span className={styles.bar} aria-hidden="true">
            <span style={{ width: `${most > 0 ? ((row.total_scans ?? 0) / most) * 100 : 0}%` }} />
          </span>
          <span className={styles.count}>{format.count(row.total_scans)}</span>
        </span>
      ),
      total: format.count(scans),
    },
    {
      id: 'change',
      name: 'Change',
      isNumber: true,
      sortBy: (row) => row.change,
      cell: (row) => <Delta change={format.change(row.total_scans, row.previousScans, 'count')} isPlain />,
      total: <Delta change={format.change(scans, numberOf(previousTotals, 'total_scans'), 'count')} isPlain />,
    },
    {
      id: 'unique_visitors',
      name: unique_visitors.label,
      isNumber: true,
      explain: explain('unique_visitors', unique_visitors.label),
      sortBy: (row) => row.unique_visitors,
      cell: (row) => format.count(row.unique_visitors),
      total: format.count(numberOf(totals, 'unique_visitors')),
    },
    {
      id: 'conversion_rate',
      name: conversion_rate.label,
      isNumber: true,
      explain: explain('conversion_rate', conversion_rate.label),
      sortBy: (row) => row.conversion_rate,
      cell: (row) => format.percent(row.conversion_rate),
      total: format.percent(numberOf(totals, 'conversion_rate')),
    },
  ];
  if (withRevenue) {
    columns.push({
      id: 'revenue',
      name: revenue.label,
      isNumber: true,
      explain: explain('revenue', revenue.label),
      sortBy: (row) => row.revenue,
      cell: (row) => format.money(row.revenue, currency),
      total: format.money(numberOf(totals, 'revenue'), currency),
    });
  }

  return (
    <Card
      title="Campaigns"
      takeaway={campaigns ? campaignTakeaway(campaigns, scans) : undefined}
      facts={
        <>
          {format.days(period.from, period.to)}; change of scans from {comparisonWords(period)}.
          {withRevenue ? ` Revenue in ${currency}.` : ''}
          {isTruncated ? ` Only the ${format.count(campaigns?.length)} campaigns with most scans are listed.` : ''}
          {asOf ? ` As of ${format.moment(asOf, timeZone)}.` : ''}
        </>
      }
    >
      {campaigns === null ? (
        <Skeleton height="12rem" />
      ) : campaigns.length === 0 ? (
        <EmptyState icon="table" title="No campaign had an event in this period." />
      ) : (
        <DataTable
          caption="Campaigns"
          columns={columns}
          rows={campaigns}
          keyOf={(row) => row.id ?? ''}
          sort={sort}
          onSort={onSort}
          hasTotals
        />
      )}
    </Card>
  );
}
