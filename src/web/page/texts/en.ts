import { REASONS } from '../../../core/reasons.ts';
import { html } from '../html.ts';
import type { Texts } from './texts.ts';
import { whole } from './whole.ts';

const count = (n: number, noun: string) => `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;

export const en: Texts = {
  language: 'en',
  direction: 'ltr',
  locale: 'en-GB',
  ownName: 'English',

  title: 'WhatsApp numbers',
  pause: 'Pause refreshing',
  pausedAt: 'Refreshing paused at {time}.',
  notRefreshedSince: 'This page could not be refreshed since {time} and may be out of date.',

  noAccounts: 'No accounts',
  noData: 'No current data',
  offlineOf: (offline, all) => `${whole(offline)} of ${count(all, 'number')} offline`,
  noneOffline: (all) => `${count(all, 'number')}, none offline`,
  unknownToo: (unknown) => `${whole(unknown)} unknown`,
  missingToo: (accounts) => `no current data for ${count(accounts, 'account')}`,
  dataFrom: (ago) => html`Data from ${ago}.`,
  pageFrom: (moment) => html`Page from ${moment}.`,
  shard: (shard, totalShards) =>
    `Shows only the accounts of shard ${shard} of ${totalShards}, counted from 0.`,
  notReloaded: (inForceSince) =>
    html`The configuration has changed but is invalid; see the log for the reason. The exporter
    still uses the configuration of ${inForceSince}.`,

  accounts: 'Accounts',
  otherAccounts: (accounts) => `${count(accounts, 'account')} without problems`,
  allOnline: (all) => (all === 0 ? 'No numbers' : `${count(all, 'number')} online`),
  checkFailed: 'Last check failed',
  notChecked: 'Not checked yet',
  checked: (ago) => html`Checked ${ago}.`,
  failed: (ago, detail) => html`Last check failed ${ago}: ${detail}.`,
  noDataYet: 'No data yet.',
  tooOld: (lastSuccess) =>
    html`The last successful check was ${lastSuccess}; its numbers are too old to show.`,
  nextCheck: (ahead) => html`Next check ${ahead}.`,
  coolingDown: (until, why) =>
    html`No requests until ${until}${why === undefined ? '' : `, because ${why}`}.`,
  why: 'Why it failed:',
  what: 'What to do:',
  reasons: REASONS,

  numbers: 'Numbers',
  search: 'Search',
  searchLabel: 'Name or number',
  account: 'Account',
  allAccounts: 'All accounts',
  stateLabel: 'Filter by state',
  filters: { all: 'All', offline: 'Offline only', unknown: 'Unknown only', online: 'Online only' },
  nothingToShow: 'There are no current numbers to show.',
  found: (numbers) => (numbers === 0 ? 'No numbers' : count(numbers, 'number')),
  forSearch: (search) => html` for “${search}”`,
  inAccount: (account) => html` in ${account}`,
  showAll: 'Show all',
  asCsv: 'Download as CSV',
  print: 'Print',
  firstRows: (rows) =>
    `Only the first ${whole(rows)} are shown here; the CSV file has all of them.`,

  caption: 'Numbers, their state and their conversations this month',
  columns: {
    name: 'Number',
    state: 'State',
    since: 'Since when',
    account: 'Account',
    total: 'This month',
    marketing: 'Marketing',
    service: 'Service',
    incoming: 'Incoming',
  },
  dashboard: 'Graphs',
  states: { offline: 'Offline', unknown: 'Unknown', online: 'Online' },
  since: (moment) => html`since ${moment}`,
  sinceAtLeast: (moment) => html`at least since ${moment}`,
  place: (inbox, account) => html`Inbox ${inbox} of ${account}`,
  suspended: 'suspended',
  legend: [
    ['Offline', 'not connected to an inbox, so messages of customers reach no agent.'],
    ['This month', 'all conversations of the current month, as the provider counts them.'],
    ['Marketing', 'marketing templates sent.'],
    ['Service', 'utility templates sent outside an open 24-hour window.'],
    ['Incoming', '24-hour windows opened by a message of a customer.'],
  ],

  pages: 'Pages',
  previous: 'Previous',
  next: 'Next',
  page: 'Page',
  ofPages: (pages) => `of ${whole(pages)}`,
  goToPage: 'Go',

  csvColumns: {
    number: 'Number',
    displayName: 'Display name',
    businessName: 'Business name',
    state: 'State',
    since: 'Since (UTC)',
    isExact: 'Change was seen',
    inbox: 'Inbox',
    onlineAccount: 'Online account',
    account: 'Account',
    total: 'Conversations this month',
    marketing: 'Marketing',
    service: 'Service',
    incoming: 'Incoming',
  },
  yes: 'yes',
  no: 'no',

  withoutScript: (reload) =>
    html`This page does not refresh itself without JavaScript. ${reload} it for newer data.`,
  reload: 'Reload',
  links: {
    metrics: 'Metrics',
    json: 'This page as JSON',
    targets: 'Targets for Prometheus',
    health: 'Health',
    readiness: 'Readiness',
  },
};
