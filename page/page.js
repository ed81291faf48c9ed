// The list of findings: filters, lines, details, keys. places.js follows: VPCs,
// groups and their pictures.
if (typeof DecompressionStream === 'undefined') {
  const note = document.getElementById('old');
  if (note) note.hidden = false;
  return;
}
const by = id => document.getElementById(id);
function make(tag, cls, text) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
}
async function inflate(id) {
  const packed = atob(by(id).textContent), bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}
const severities = ['info', 'low', 'medium', 'high', 'critical'];
const blocks = new Map();
const ready = new Map(); // blocks that are unpacked
let index, order = [], lines = [], at = 0, size = 100, current = -1;
const state = {q: '', sev: [], g: ''};
const fields = ['check', 'account', 'region', 'vpc', 'verdict', 'status', 'baseline'];
const labels = {check: 'Check', account: 'Account', region: 'Region', vpc: 'VPC', verdict: 'Internet', status: 'Status', baseline: 'Baseline'};
const verdicts = {reachable: 'reachable', 'not-reachable': 'not reachable', unattached: 'not attached', unknown: 'not known'};
fields.forEach(f => { state[f] = ''; });

const text = (f, i) => index.strings[index[f][i]];
// hits marks the strings that hold a word: findings share most of them, so that
// one look at each string searches all findings.
let lower;
function hits(word) {
  lower = lower || index.strings.map(s => s.toLowerCase());
  const found = new Uint8Array(lower.length);
  for (let k = 0; k < lower.length; k++) if (lower[k].includes(word)) found[k] = 1;
  return found;
}
const searched = ['message', 'check', 'name', 'group', 'search'];
function filter() {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean).map(w => [w, hits(w)]);
  const wanted = fields.filter(f => state[f]).map(f => [index[f], index.strings.indexOf(state[f])]);
  const grades = severities.map(s => !state.sev.length || state.sev.includes(s));
  const lists = searched.map(f => index[f]);
  order = [];
  for (let i = 0; i < index.id.length; i++) {
    if (!grades[index.severity[i]]) continue;
    if (wanted.some(([list, value]) => list[i] !== value)) continue;
    if (words.every(([w, found]) => lists.some(l => found[l[i]]) || index.id[i].includes(w))) order.push(i);
  }
  if (state.g) order.sort((a, b) => {
    const x = key(a), y = key(b);
    return x < y ? -1 : x > y ? 1 : a - b;
  });
  fold();
  at = 0;
}
// fold makes the lines of the list: the rules that one check found in one group
// are one line, which stands where its first finding does. lines holds the first
// finding of each, others the rest.
const others = new Map();
let lineAt; // the place of a line in lines, by its number in the index
function fold() {
  lines = [];
  others.clear();
  lineAt = new Int32Array(index.id.length).fill(-1);
  for (const i of order) {
    const l = index.line[i], have = lineAt[l];
    if (have < 0) {
      lineAt[l] = lines.length;
      lines.push(i);
    } else if (others.has(have)) others.get(have).push(i);
    else others.set(have, [i]);
  }
}
const lineOf = n => [lines[n]].concat(others.get(n) || []);
function key(i) {
  if (state.g === 'severity') return String(9 - index.severity[i]);
  if (state.g === 'group') return text('name', i) + ' ' + text('group', i);
  return text(state.g, i);
}
function heading(i) {
  if (state.g === 'severity') return severities[index.severity[i]];
  if (state.g === 'group') return text('name', i);
  return text(state.g, i) || 'none';
}
async function detail(i) {
  const n = Math.floor(i / index.block);
  if (!blocks.has(n)) blocks.set(n, inflate('c' + n).then(b => { ready.set(n, b); return b; }));
  return (await blocks.get(n))[i % index.block];
}
function pre(lines, copies) {
  const box = make('div');
  const p = make('pre', '', lines.join('\n'));
  if (copies) {
    const b = make('button', 'copy', 'Copy');
    b.type = 'button';
    b.addEventListener('click', () => copy(p, b));
    box.append(b);
  }
  box.append(p);
  return box;
}
async function copy(p, b) {
  try {
    await navigator.clipboard.writeText(p.textContent);
  } catch (e) {
    const range = document.createRange();
    range.selectNodeContents(p);
    const s = getSelection();
    s.removeAllRanges();
    s.addRange(range);
    document.execCommand('copy');
  }
  b.textContent = 'Copied';
  by('say').textContent = 'Copied';
}
function list(tag, items) {
  const l = make(tag);
  items.forEach(t => l.append(make('li', '', t)));
  return l;
}
// tabs shows one of several boxes, [name, element] each. Arrows change it.
function tabs(parts, label) {
  if (parts.length < 2) return parts.map(p => p[1]);
  const bar = make('div', 'tabs');
  bar.setAttribute('role', 'tablist');
  bar.setAttribute('aria-label', label);
  const buttons = parts.map(p => {
    const b = make('button', '', p[0]);
    b.type = 'button';
    b.setAttribute('role', 'tab');
    p[1].setAttribute('role', 'tabpanel');
    p[1].setAttribute('aria-label', p[0]);
    bar.append(b);
    return b;
  });
  const choose = (n, focus) => {
    buttons.forEach((b, k) => {
      b.setAttribute('aria-selected', k === n);
      b.tabIndex = k === n ? 0 : -1;
      parts[k][1].hidden = k !== n;
    });
    if (focus) buttons[n].focus();
  };
  buttons.forEach((b, n) => {
    b.addEventListener('click', () => choose(n));
    b.addEventListener('keydown', e => {
      if (e.key === 'ArrowRight') choose((n + 1) % buttons.length, true);
      if (e.key === 'ArrowLeft') choose((n + buttons.length - 1) % buttons.length, true);
    });
  });
  choose(0);
  return [bar, ...parts.map(p => p[1])];
}
async function fill(inside, i) {
  if (inside.dataset.filled) return;
  inside.dataset.filled = 'yes';
  const n = Math.floor(i / index.block);
  write(inside, i, ready.has(n) ? ready.get(n)[i % index.block] : await detail(i));
}
function write(inside, i, f) {
  inside.textContent = '';
  const words = make('div', 'text');
  inside.append(words);
  if (f.why.length) words.append(make('h3', '', 'Why: ' + (verdicts[text('verdict', i)] || text('verdict', i))), list('ol', f.why));
  if (f.fix) words.append(make('h3', '', 'Fix'), make('p', '', f.fix));
  if (f.notes.length) words.append(make('h3', '', f.commands.length ? 'Before you start' : 'By hand'), list('ul', f.notes));
  const ways = [];
  if (f.commands.length) ways.push(['AWS CLI', pre(f.commands, true)]);
  if (f.terraform) ways.push(['Terraform', pre([f.terraform], true)]);
  words.append(...tabs(ways, 'Fix'));
  if (f.undo.length) words.append(make('h3', '', 'Undo'), pre(f.undo, true));
  if (f.proof.length) words.append(make('h3', '', 'Proof'), list('ul', f.proof));
  const facts = [['Check', text('check', i)], ['Base severity', f.base], ['VPC', text('vpc', i)], ['Rule ids', f.rules.join(', ')], ['References', f.references.join(', ')], ['First seen', f.since], ['Accepted because', f.reason]];
  words.append(make('p', 'dim', facts.filter(x => x[1]).map(x => x[0] + ': ' + x[1]).join(' · ')));
  const links = make('p', 'row');
  if (hasGroup(text('group', i))) { const a = make('a', '', 'The group ' + groupName(text('group', i))); a.href = '#' + text('group', i); links.append(a); }
  if (f.console) { const a = make('a', '', 'AWS console'); a.href = f.console; a.rel = 'noreferrer'; links.append(a); }
  words.append(links, make('p', 'dim', 'sgaudit explain ' + index.id[i]));
  place(inside, text('group', i));
}
// row makes a line of the list, of one finding or of several that are folded.
function row(line) {
  const i = line[0], s = severities[index.severity[i]];
  const d = make('details', 'f ' + s);
  const sum = make('summary');
  sum.append(make('span', 'sev ' + s, s));
  const m = make('span', 'msg');
  const b = make('bdi', '', text('name', i));
  m.append(b, text('name', i) ? ': ' : '', make('bdi', '', text('message', i)));
  sum.append(m);
  if (line.length > 1) sum.append(make('span', 'mark', line.length + ' rules'));
  if (text('mark', i)) sum.append(make('span', 'mark', text('mark', i)));
  if (text('status', i) === 'suppressed') sum.append(make('span', 'mark', 'suppressed'));
  sum.append(make('span', 'where', (verdicts[text('verdict', i)] || '') + ' · ' + text('region', i) + ' · ' + index.id[i].slice(0, 8)));
  d.append(sum);
  if (line.length === 1) {
    d.id = 'f-' + index.id[i];
    const inside = make('div', 'inside');
    d.append(inside);
    d.addEventListener('toggle', () => { if (d.open) fill(inside, i); });
    d.fill = () => { d.open = true; fill(inside, i); };
    return d;
  }
  line.forEach((j, n) => {
    const one = make('details', 'one'), head = make('summary'), inside = make('div', 'inside');
    one.id = 'f-' + index.id[j];
    head.append(make('bdi', '', text('rule', j)), ' ', make('span', 'where', index.id[j].slice(0, 8)));
    one.append(head, inside);
    one.addEventListener('toggle', () => { if (one.open) fill(inside, j); });
    one.fill = () => { one.open = true; fill(inside, j); };
    if (n === 0) d.addEventListener('toggle', () => { if (d.open) one.open = true; }, {once: true});
    d.append(one);
  });
  d.fill = () => { d.open = true; d.querySelectorAll('details.one').forEach(one => one.fill()); };
  return d;
}
function draw(openFirst) {
  const box = by('list');
  box.textContent = '';
  current = -1;
  let last;
  for (let n = at; n < Math.min(lines.length, at + size); n++) {
    const line = lineOf(n);
    if (state.g) {
      const h = heading(line[0]);
      if (h !== last) box.append(make('p', 'group-head', h));
      last = h;
    }
    box.append(row(line));
  }
  if (!lines.length) box.append(make('p', 'dim', index.id.length ? 'No finding matches the filters.' : 'There are no findings.'));
  if (openFirst && box.querySelector('details.f')) box.querySelector('details.f').open = true;
  by('count').textContent = order.length + ' of ' + index.id.length;
  by('pages').hidden = lines.length <= Math.min(size, 100);
  by('pages-at').textContent = 'lines ' + (at + 1) + '–' + Math.min(lines.length, at + size) + ' of ' + lines.length;
  by('clear').hidden = !(state.q || state.sev.length || fields.some(f => state[f]) || state.g);
}
function fragment() {
  const parts = [];
  if (state.sev.length) parts.push('sev:' + state.sev.join('|'));
  fields.forEach(f => { if (state[f]) parts.push(f + ':' + encodeURIComponent(state[f])); });
  if (state.q) parts.push('q:' + encodeURIComponent(state.q));
  let h = parts.length ? 'f=' + parts.join(',') : '';
  if (state.g) h += (h ? '&' : '') + 'g=' + state.g;
  return h;
}
function keep() { history.replaceState(null, '', '#' + fragment()); }
function read(hash) {
  state.q = ''; state.sev = []; state.g = '';
  fields.forEach(f => { state[f] = ''; });
  for (const part of hash.split('&')) {
    if (part.startsWith('g=')) { const g = part.slice(2); if (groupings.includes(g)) state.g = g; }
    if (!part.startsWith('f=')) continue;
    for (const item of part.slice(2).split(',')) {
      const k = item.slice(0, item.indexOf(':'));
      let v = item.slice(item.indexOf(':') + 1);
      try { v = decodeURIComponent(v); } catch (e) { continue; }
      if (k === 'sev') state.sev = v.split('|').filter(x => severities.includes(x));
      else if (k === 'q') state.q = v;
      else if (fields.includes(k)) state[k] = v;
    }
  }
}
const groupings = ['severity', 'check', 'group', 'account', 'region'];
const controls = {};
function tools() {
  const t = by('tools');
  t.hidden = false;
  const q = make('input');
  q.type = 'search'; q.placeholder = 'Search'; q.title = 'Name, id, address, port, check, words of the message'; q.setAttribute('aria-label', 'Search findings');
  q.addEventListener('input', () => { state.q = q.value; apply(); });
  controls.q = q;
  t.append(q);
  const select = (name, label, values, shown, onchange) => {
    const s = make('select');
    s.setAttribute('aria-label', label);
    const any = make('option', '', label + ': all');
    any.value = '';
    s.append(any);
    values.forEach(v => { const o = make('option', '', shown ? shown(v) : v); o.value = v; s.append(o); });
    s.addEventListener('change', () => { onchange(s.value); apply(); });
    controls[name] = s;
    if (values.length > 1) t.append(s);
  };
  select('sev', 'Severity', severities.slice().reverse(), null, v => { state.sev = v ? [v] : []; });
  fields.forEach(f => {
    const values = [...new Set(index[f])].map(i => index.strings[i]).filter(Boolean).sort();
    select(f, labels[f], values, f === 'verdict' ? (v => verdicts[v] || v) : null, v => { state[f] = v; });
  });
  const g = make('select');
  g.setAttribute('aria-label', 'Group by');
  [''].concat(groupings).forEach(v => { const o = make('option', '', v ? 'Group by ' + v : 'Not grouped'); o.value = v; g.append(o); });
  g.addEventListener('change', () => { state.g = g.value; apply(); });
  controls.g = g;
  t.append(g);
  const clear = make('button', '', 'Clear');
  clear.id = 'clear'; clear.type = 'button';
  clear.addEventListener('click', () => { read(''); apply(); });
  const count = make('span', 'count');
  count.id = 'count'; count.setAttribute('role', 'status');
  t.append(clear, count);
  const pages = by('pages');
  const step = (label, by1) => { const b = make('button', '', label); b.type = 'button'; b.addEventListener('click', by1); pages.append(b); };
  step('Previous', () => { at = Math.max(0, at - size); draw(); });
  const where = make('span', 'count'); where.id = 'pages-at'; pages.append(where);
  step('Next', () => { if (at + size < lines.length) at += size; draw(); });
  step('1,000 a page', e => { size = size === 100 ? 1000 : 100; at = 0; draw(); e.target.textContent = size === 100 ? '1,000 a page' : '100 a page'; });
}
function show() {
  controls.q.value = state.q;
  controls.sev.value = state.sev.length === 1 ? state.sev[0] : '';
  fields.forEach(f => { controls[f].value = state[f]; });
  controls.g.value = state.g;
}
function apply() { filter(); keep(); show(); draw(); by('note').textContent = ''; }
function jump(id, openIt) {
  const i = index.id.findIndex(x => x.startsWith(id));
  if (i < 0) { by('note').textContent = 'This report holds no finding ' + id + '.'; return; }
  const find = () => lineAt[index.line[i]] < 0 || !lineOf(lineAt[index.line[i]]).includes(i) ? -1 : lineAt[index.line[i]];
  let place = find();
  if (place < 0) {
    read(''); filter(); show();
    place = find();
    by('note').textContent = 'The filter was cleared to show finding ' + id + '.';
  }
  at = Math.floor(place / size) * size;
  draw();
  const d = by('f-' + index.id[i]), outer = d.closest('details.f');
  if (openIt) outer.open = d.open = true;
  d.scrollIntoView({block: 'center'});
  d.querySelector('summary').focus({preventScroll: true});
}
function go() {
  const hash = location.hash.slice(1);
  if (hash.startsWith('f-')) { jump(hash.slice(2), true); return; }
  if (goPlace(hash)) return;
  if (hash === '' || hash.startsWith('f=') || hash.startsWith('g=')) {
    read(hash); filter(); show(); draw(hash === '');
    if (hash && by('findings')) by('findings').scrollIntoView();
  }
}
function move(step) {
  const all = [...document.querySelectorAll('#list > details.f')];
  if (!all.length) return;
  current = Math.min(all.length - 1, Math.max(0, current + step));
  all.forEach(d => d.classList.remove('now'));
  all[current].classList.add('now');
  all[current].scrollIntoView({block: 'nearest'});
  all[current].querySelector('summary').focus({preventScroll: true});
}
function keys(e) {
  const tag = e.target.tagName;
  if (tag === 'INPUT' || tag === 'SELECT' || tag === 'TEXTAREA' || e.ctrlKey || e.metaKey || e.altKey) return;
  const now = document.querySelector('#list > details.now');
  if (e.key === '/') { e.preventDefault(); controls.q.focus(); }
  else if (e.key === 'j') move(1);
  else if (e.key === 'k') move(-1);
  else if (e.key === 'c' && now) { const b = now.querySelector('.copy'); if (b) b.click(); }
  else if (e.key === '?') { const h = by('help'); if (h.open) h.close(); else h.showModal(); }
}
async function start() {
  index = await inflate('ix');
  tools();
  const more = by('more');
  if (more) more.remove();
  await startPlaces();
  addEventListener('hashchange', go);
  document.addEventListener('keydown', keys);
  addEventListener('beforeprint', () => {
    document.querySelectorAll('#list > details.critical, #list > details.high').forEach(d => d.fill());
  });
  filter();
  draw(false);
  go();
  if (index.id.length) detail(0); // so that printing finds the gravest ones unpacked
  document.documentElement.dataset.ready = 'yes';
  setTimeout(() => hits(''), 50); // so that the first search finds the strings in lower case
}
