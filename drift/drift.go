// Package drift compares two snapshots: which rules, routes and network ACLs
// changed, which interfaces the internet can reach since, and which findings
// came and went. What one side did not read is unknown, and neither added nor
// removed.
package drift

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// Drift is what changed from one snapshot to another. Changes and unread parts
// are in the order of inventory.Diff, ways in that of regions and interfaces,
// findings in that of reports. As JSON it is the answer of sgaudit diff. Its
// names are a contract.
type Drift struct {
	SchemaVersion string             `json:"schema_version"`
	OldTakenAt    time.Time          `json:"old_taken_at,omitzero"`
	NewTakenAt    time.Time          `json:"new_taken_at,omitzero"`
	Changes       []inventory.Change `json:"changes"`
	Unread        []inventory.Unread `json:"unread"`
	Reach         []Way              `json:"reach"`
	New           []findings.Ref     `json:"new_findings"`
	Raised        []findings.Ref     `json:"raised_findings,omitempty"`   // there before, with a lower severity
	Widened       []Widened          `json:"widened_findings,omitempty"`  // there before, of rules that open more interfaces since
	Accepted      []findings.Ref     `json:"accepted_findings,omitempty"` // they would be in one of these lists, but the configuration accepts them
	Fixed         []findings.Ref     `json:"fixed_findings"`
	Unknown       []findings.Ref     `json:"unknown_findings"`

	names      map[string]string   // of groups, interfaces, VPCs and prefix lists with their ids, by account, region and id
	complaints []findings.Finding  // open before, about rules that the plan revokes
	open       []standing          // open in the new snapshot
	before     int                 // how many were open in the old snapshot
	wider      map[opener][]string // the interfaces that rules open since
}

// standing is an open finding of the new snapshot.
type standing struct {
	findings.Ref
	brought bool // it is new, its severity was lower, or its rule opens more interfaces
}

// Reaches reports whether an open finding of the new snapshot is at or above a
// severity; with brought, whether one is that is new, was below its severity before, or is
// about a rule that opens more interfaces to the internet than before, or may do so.
func (d *Drift) Reaches(s findings.Severity, brought bool) bool {
	return slices.ContainsFunc(d.open, func(o standing) bool { return o.Severity >= s && (o.brought || !brought) })
}

// Open returns how many findings were open in the old snapshot, and how many are in the new.
func (d *Drift) Open() (before, after int) { return d.before, len(d.open) }

// Way is a way from the internet to an interface that came or went.
type Way struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Interface string `json:"interface"`
	Change    string `json:"change"` // added or removed
	Text      string `json:"way"`    // "tcp/22 from the internet (IPv4)"
}

// Compare returns what changed from the old snapshot to the new one. Each is
// judged by the same checks and exceptions, as of the day on which it was taken.
func Compare(old, now *inventory.Snapshot, opts audit.Options, exceptions ...findings.Exception) *Drift {
	d := &Drift{SchemaVersion: "1", OldTakenAt: old.TakenAt, NewTakenAt: now.TakenAt, Changes: []inventory.Change{}, Unread: []inventory.Unread{}, Reach: []Way{}, New: []findings.Ref{}}
	changes, unread := inventory.Diff(old.Inventory, now.Inventory)
	d.Changes, d.Unread = append(d.Changes, changes...), append(d.Unread, unread...)
	before, after := judged(old, opts, exceptions), judged(now, opts, exceptions)
	after.CompareTo(before.Report)
	d.name(old.Inventory, now.Inventory)
	for _, r := range now.Inventory.Regions {
		i := slices.IndexFunc(old.Inventory.Regions, func(o *inventory.Region) bool { return o.AccountID == r.AccountID && o.Name == r.Name })
		if i < 0 || old.Inventory.Regions[i] == r {
			continue
		}
		d.reach(old.Inventory.Regions[i], r)
	}
	stays := map[string]bool{}
	for i := range after.Findings {
		stays[after.Findings[i].ID] = true
	}
	for i := range before.Findings {
		f := &before.Findings[i]
		switch kind := before.Proposals[f.ID].Kind; {
		case kind == findings.RevokeRule, kind == findings.ReplaceSource, kind == findings.RevokeAll, kind == findings.Advise && f.Rule != nil && !stays[f.ID]:
			d.complaints = append(d.complaints, *f)
		}
	}
	d.before = len(before.Open())
	d.compare(before.Report, after.Report)
	d.Fixed, d.Unknown = after.Comparison.Fixed, after.Comparison.Unknown
	return d
}

// judged audits a snapshot as of the day on which it was taken.
func judged(s *inventory.Snapshot, opts audit.Options, exceptions []findings.Exception) *audit.Result {
	opts = opts.AsOf(s.TakenAt)
	run := audit.Run(s.Inventory, opts)
	run.StartedAt = s.TakenAt
	run.Except(exceptions, opts.Settings.Now)
	return run
}

// compare sorts the findings of the new snapshot by what was there before. One that was
// accepted before, and is no more, is new.
func (d *Drift) compare(before, after *findings.Report) {
	was := make(map[string]findings.Severity, len(before.Findings))
	accepted := map[string]bool{}
	for i := range before.Findings {
		f := &before.Findings[i]
		was[f.ID], accepted[f.ID] = f.Severity, f.Status == findings.Suppressed
	}
	for i := range after.Findings {
		f := &after.Findings[i]
		severity, there := was[f.ID]
		raised, wider := there && f.Severity > severity, d.widens(f)
		fresh := f.Baseline == findings.New || accepted[f.ID]
		brought := fresh || raised || len(wider) > 0
		switch {
		case f.Status == findings.Suppressed:
			if f.Baseline == findings.New || raised || len(wider) > 0 {
				d.Accepted = append(d.Accepted, f.Ref())
			}
			continue
		case fresh:
			d.New = append(d.New, f.Ref())
		case raised:
			d.Raised = append(d.Raised, f.Ref())
		case len(wider) > 0:
			d.Widened = append(d.Widened, Widened{f.Ref(), wider})
		}
		d.open = append(d.open, standing{f.Ref(), brought})
	}
}

// reach compares the ways from the internet to each interface, where both
// sides know them.
func (d *Drift) reach(old, now *inventory.Region) {
	concerned := remedy.Concerned(old, now)
	ways := func(r *inventory.Region) (map[string][]reach.Way, openings) {
		n := reach.New(r)
		found, opens := map[string][]reach.Way{}, openings{}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if !concerned(e) {
				continue
			}
			q := reach.Query{Traffic: inventory.All, Internet: true}
			for _, w := range n.Trace(e, q).Ways {
				opens.note(r, e.ID, &w)
				if w.Verdict == reach.Reachable {
					found[e.ID] = append(found[e.ID], w)
				}
			}
		}
		return found, opens
	}
	before, opened := ways(old)
	after, opens := ways(now)
	d.widen(old, now, opened, opens)
	tell := func(id, change string, in, notIn []reach.Way) {
		var told []string
		for i := range in {
			if text := in[i].Beyond(notIn); text != "" && !slices.Contains(told, text) {
				told = append(told, text)
				d.Reach = append(d.Reach, Way{now.AccountID, now.Name, id, change, text})
			}
		}
	}
	for i := range now.Interfaces {
		id := now.Interfaces[i].ID
		tell(id, inventory.Added, after[id], before[id])
	}
	for i := range old.Interfaces {
		id := old.Interfaces[i].ID
		tell(id, inventory.Removed, before[id], after[id])
	}
}

// name keeps the names that texts put beside ids.
func (d *Drift) name(inventories ...*inventory.Inventory) {
	d.names = map[string]string{}
	for _, inv := range inventories {
		for _, r := range inv.Regions {
			place := r.AccountID + " " + r.Name + " "
			for i := range r.Groups {
				d.names[place+r.Groups[i].ID] = r.Groups[i].Named()
			}
			for i := range r.Interfaces {
				d.names[place+r.Interfaces[i].ID] = r.Interfaces[i].Named()
			}
			for i := range r.VPCs {
				d.names[place+r.VPCs[i].ID] = r.VPCs[i].Named()
			}
			for i := range r.PrefixLists {
				d.names[place+r.PrefixLists[i].ID] = r.PrefixLists[i].Named()
			}
			for i := range r.Subnets {
				d.names[place+r.Subnets[i].ID] = r.Subnets[i].Named()
			}
			for i := range r.NetworkACLs {
				d.names[place+r.NetworkACLs[i].ID] = r.NetworkACLs[i].Named()
			}
		}
	}
}

// Named returns an id of a region with the name of its group, VPC, subnet, network ACL or prefix list, or
// with what uses the interface: "shop-web (sg-0a100011)", "instance shop-web-a
// (eni-0a100003, i-0a100003)".
func (d *Drift) Named(account, region, id string) string {
	return cmp.Or(d.names[account+" "+region+" "+id], id)
}

// namedRule says in words what a rule allows, of which the text is "in tcp/22 sg-1", with
// the name of the group or the prefix list in it: "tcp/22 from web (sg-1)".
func (d *Drift) namedRule(account, region, rule string) string {
	fields := strings.Split(rule, " ")
	if len(fields) != 3 {
		return rule
	}
	peer := fields[2]
	if strings.HasPrefix(peer, "sg-") || strings.HasPrefix(peer, "pl-") {
		peer = d.Named(account, region, peer)
	}
	traffic, preposition := fields[1], " from "
	if parsed, err := inventory.ParseTraffic(traffic); err == nil {
		traffic = parsed.Words()
	}
	if fields[0] == "out" {
		preposition = " to "
	}
	return traffic + preposition + peer
}

// Complaints returns the ids of the open findings of the old snapshot that ask to revoke
// a rule of one of the groups, in the direction, that allows some of the traffic.
func (d *Drift) Complaints(account, region string, groups []string, way inventory.Direction, t inventory.Traffic) (ids []string) {
	for i := range d.complaints {
		f := &d.complaints[i]
		if f.AccountID != account || f.Region != region || !slices.Contains(groups, f.GroupID) {
			continue
		}
		if f.Rule == nil || f.Rule.Direction == way && f.Rule.Traffic.Overlaps(t) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
