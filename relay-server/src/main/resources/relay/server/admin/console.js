'use strict';
// Everything that comes from the API is put in as text, never as HTML: next hops and errors are strangers' words.
const EVERY_MS = 5000;
const at = id => document.getElementById(id);

function span(seconds) {
  if (seconds < 60) return seconds + 's';
  if (seconds < 3600) return Math.floor(seconds / 60) + 'm' + (seconds % 60) + 's';
  if (seconds < 86400) return Math.floor(seconds / 3600) + 'h' + Math.floor(seconds % 3600 / 60) + 'm';
  return Math.floor(seconds / 86400) + 'd' + Math.floor(seconds % 86400 / 3600) + 'h';
}

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit++; }
  return (unit === 0 ? bytes : bytes.toFixed(1)) + ' ' + units[unit];
}

function cell(row, text, className) {
  const td = row.insertCell();
  td.textContent = text;
  if (className) td.className = className;
}

function show(queues) {
  const body = at('queues');
  body.replaceChildren();
  for (const queue of queues) {
    const row = body.insertRow();
    const retry = queue.retryAt ? Math.max(0, Math.round((Date.parse(queue.retryAt) - Date.now()) / 1000)) : -1;
    cell(row, queue.id);
    cell(row, queue.status, queue.status === 'retry' ? 'bad' : '');
    cell(row, queue.messages, 'n');
    cell(row, queue.held, 'n');
    cell(row, size(queue.sizeBytes), 'n');
    cell(row, 'oldestAgeSeconds' in queue ? span(queue.oldestAgeSeconds) : '', 'n');
    cell(row, retry < 0 ? '' : retry === 0 ? 'now' : 'in ' + span(retry), 'n');
    cell(row, queue.lastError ? queue.lastError.text : '');
  }
  const messages = queues.reduce((sum, queue) => sum + queue.messages, 0);
  at('total').textContent = messages + (messages === 1 ? ' message' : ' messages') + ' in the queue';
  at('note').textContent = queues.length === 0 ? 'The queue is empty.' : '';
}

async function refresh() {
  try {
    const [queues, ready] = await Promise.all([fetch('api/v1/queues'), fetch('ready')]);
    const state = (await ready.text()).trim().split('\n');
    at('ready').textContent = ready.ok ? 'ready' : 'not ready: ' + state.slice(1).join('; ');
    at('ready').className = ready.ok ? 'good' : 'bad';
    const answer = await queues.json();
    if (queues.ok) show(answer.queues);
    else at('note').textContent = answer.error;
  } catch (failed) {
    at('ready').textContent = 'the relay does not answer';
    at('ready').className = 'bad';
  }
  setTimeout(refresh, EVERY_MS);
}

refresh();
