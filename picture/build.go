package picture

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// builder makes the boxes of one region.
type builder struct {
	region *inventory.Region
	index  *inventory.Index
	opts   Options
	about  map[place][]*findings.Finding
	boxes  map[string]*Box // by group; those that are drawn
	closed map[string]*Box // by group; those that are only counted
	placed map[string]bool // by id: the findings that have a place
}

func newBuilder(r *inventory.Region, about map[place][]*findings.Finding, opts Options) *builder {
	return &builder{region: r, index: inventory.NewIndex(r), opts: opts, about: about, boxes: map[string]*Box{}, closed: map[string]*Box{}}
}

// findings returns the findings about a group, and those about the interfaces that it
// is attached to.
func (b *builder) findings(g *inventory.Group) []*findings.Finding {
	list := slices.Clip(b.about[place{b.region.AccountID, b.region.Name, g.ID}])
	for _, e := range b.index.Members(g.ID) {
		list = append(list, b.about[place{b.region.AccountID, b.region.Name, e.ID}]...)
	}
	return list
}

// vpcs returns the VPCs of the region that hold groups.
func (b *builder) vpcs() []*VPC {
	by := map[string]*VPC{}
	var list []*VPC
	for i := range b.region.Groups {
		id := b.region.Groups[i].VPC
		if by[id] == nil {
			by[id] = b.vpc(id)
			list = append(list, by[id])
		}
	}
	used := b.used()
	for i := range b.region.Groups {
		g := &b.region.Groups[i]
		v := by[g.VPC]
		v.Groups++
		about := b.findings(g)
		for _, f := range about {
			if !b.placed[f.ID] { // an interface with two groups counts once
				v.Counts[f.Severity]++
			}
			b.placed[f.ID] = true
		}
		box := &Box{Members: []Member{{g.ID, cmp.Or(g.Name, g.ID)}}, Interfaces: len(b.index.Members(g.ID)), Kinds: b.kinds(g)}
		switch {
		case used[g.ID]:
			v.Boxes = append(v.Boxes, box)
		case len(about) > 0:
			v.Aside = append(v.Aside, box)
		default:
			v.Closed = append(v.Closed, box)
			b.closed[g.ID] = box
			continue
		}
		b.boxes[g.ID] = box
	}
	for i := range b.region.Groups {
		g := &b.region.Groups[i]
		if box := cmp.Or(b.boxes[g.ID], b.closed[g.ID]); box != nil {
			b.doors(by[g.VPC], g, box)
		}
	}
	for _, v := range list {
		b.finish(v)
	}
	return list
}

func (b *builder) vpc(id string) *VPC {
	v := &VPC{Account: Account{b.region.AccountID, b.region.AccountName}, Region: b.region.Name, ID: id, Name: b.vpcName(id)}
	if known := b.index.VPC(id); known != nil {
		v.Prefixes = known.Prefixes
	}
	return v
}

// vpcName returns the name that a VPC's tags give it, or nothing.
func (b *builder) vpcName(id string) string {
	if v := b.index.VPC(id); v != nil {
		name, _ := inventory.TagValue(v.Tags, "Name")
		return name
	}
	return ""
}

// used returns the groups that stand among the boxes: an interface has them, or
// a group that is used references them.
func (b *builder) used() map[string]bool {
	used := map[string]bool{}
	var queue []string
	mark := func(id string) {
		if !used[id] && b.index.Group(id) != nil {
			used[id] = true
			queue = append(queue, id)
		}
	}
	for i := range b.region.Groups {
		if id := b.region.Groups[i].ID; len(b.index.Members(id)) > 0 {
			mark(id)
		}
	}
	for len(queue) > 0 {
		g := b.index.Group(queue[0])
		queue = queue[1:]
		for i := range g.Rules {
			if ref := g.Rules[i].Peer.Group; ref != nil {
				mark(ref.ID)
			}
		}
	}
	return used
}

func (b *builder) kinds(g *inventory.Group) []Kind {
	count := map[string]int{}
	owners := map[string]map[string]bool{}
	for _, e := range b.index.Members(g.ID) {
		owner := e.Owner()
		if count[owner.Kind]++; owners[owner.Kind] == nil {
			owners[owner.Kind] = map[string]bool{}
		}
		owners[owner.Kind][cmp.Or(owner.Name, e.ID)] = true
	}
	var kinds []Kind
	for name, n := range count {
		kinds = append(kinds, Kind{name, n, owners[name]})
	}
	slices.SortFunc(kinds, func(a, b Kind) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return kinds
}

// doors gives a box its doors, and puts every finding about the group in its
// place: at the source of a door, or at the box.
func (b *builder) doors(v *VPC, g *inventory.Group, box *Box) {
	at := map[string][]Finding{} // by the text of a rule
	for _, f := range b.findings(g) {
		if f.GroupID != "" && f.Rule != nil && f.Rule.Direction == inventory.Ingress {
			key := f.Rule.String()
			at[key] = append(at[key], shown(f))
		} else {
			box.Findings = append(box.Findings, shown(f))
		}
	}
	var door *Door
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction != inventory.Ingress {
			continue
		}
		if door == nil || door.Traffic != r.Traffic {
			door = b.door(r.Traffic)
			box.Doors = append(box.Doors, door)
		}
		key := r.String()
		door.add(b.source(v, g, r, at[key]))
		delete(at, key)
	}
	// A finding about a rule that is not among the group's rules keeps its place at the box.
	for _, left := range at {
		box.Findings = append(box.Findings, left...)
	}
	slices.SortFunc(box.Findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID)) })
	for _, d := range box.Doors {
		slices.SortStableFunc(d.Sources, compareSources)
		if name, included := strings.CutPrefix(d.service, "incl. "); included && d.Severity() == findings.Info {
			d.Label, d.Class = strings.TrimSuffix(d.Label, " incl. "+name), Other // a range as intended is not a service
		}
	}
	slices.SortStableFunc(box.Doors, func(a, b *Door) int { return cmp.Compare(b.Severity(), a.Severity()) })
}

func compareSources(a, b *Source) int {
	return cmp.Or(cmp.Compare(b.Severity(), a.Severity()), cmp.Compare(sourceOrder(a.From), sourceOrder(b.From)), cmp.Compare(a.Text, b.Text))
}

func sourceOrder(f From) int {
	return slices.Index([]From{FromInternet, FromRange, FromOutside, FromGroup, FromInside, FromSelf}, f)
}

func (b *builder) door(t inventory.Traffic) *Door {
	d := &Door{Traffic: t, Class: Other}
	name := ""
	if b.opts.Service != nil {
		name, d.Class = b.opts.Service(t)
		name, _, _ = strings.Cut(name, "/") // MySQL of MySQL/MariaDB/Aurora
	}
	switch {
	case t.Protocol == inventory.AllProtocols:
		d.Label = "all traffic"
	case t.HasPorts() && t.Protocol == inventory.TCP:
		d.Label = t.PortsText()
		if t.Last-t.First == inventory.MaxPort {
			d.Label = "all TCP ports"
		}
	default:
		d.Label = t.Protocol.String() + "/" + t.PortsText()
	}
	if d.service = name; name != "" {
		d.Label += " " + name
	}
	return d
}

// add joins a source with one that is drawn in the same way.
func (d *Door) add(s *Source) {
	for _, o := range d.Sources {
		if o.From != FromInternet || s.From != FromInternet || o.Severity() != s.Severity() || o.Verdict() != s.Verdict() {
			continue
		}
		o.IPv6Only = o.IPv6Only && s.IPv6Only
		o.Text += ", " + s.Text
		o.Findings = append(o.Findings, s.Findings...)
		o.RuleIDs = append(o.RuleIDs, s.RuleIDs...)
		o.Rules += s.Rules
		return
	}
	d.Sources = append(d.Sources, s)
}

// source says what a rule allows traffic from.
func (b *builder) source(v *VPC, g *inventory.Group, r *inventory.Rule, about []Finding) *Source {
	s := &Source{Text: r.Peer.String(), Findings: about, RuleIDs: r.IDs, Rules: 1}
	open := slices.ContainsFunc(about, func(f Finding) bool { return strings.HasSuffix(f.Check, "-open-to-internet") })
	switch {
	case r.Peer.Group != nil:
		b.reference(s, g, r.Peer.Group)
	case r.Peer.List != "":
		s.From = FromRange
		if list := b.index.PrefixList(r.Peer.List); list != nil && list.Name != "" {
			s.Text = list.Name
		}
		if open {
			s.From = FromInternet
		}
	case open || cidr.Whole(r.Peer.Prefix):
		s.From, s.IPv6Only = FromInternet, r.Peer.Prefix.Addr().Is6()
	case slices.ContainsFunc(v.Prefixes, func(p netip.Prefix) bool { return p.Overlaps(r.Peer.Prefix) && p.Bits() <= r.Peer.Prefix.Bits() }):
		s.From = FromInside
	default:
		s.From = FromRange
	}
	return s
}

func (b *builder) reference(s *Source, g *inventory.Group, ref *inventory.GroupRef) {
	other := b.index.Group(ref.ID)
	switch {
	case ref.ID == g.ID:
		s.From, s.Text = FromSelf, "its own members"
	case other != nil && other.VPC == g.VPC && b.boxes[ref.ID] != nil:
		s.From, s.Text, s.Box = FromGroup, cmp.Or(other.Name, other.ID), b.boxes[ref.ID]
	case other != nil:
		s.From, s.Text, s.outside = FromOutside, cmp.Or(other.Name, other.ID), place{b.region.AccountID, b.region.Name, ref.ID}
		if other.VPC != g.VPC {
			s.Text += " in " + cmp.Or(b.vpcName(other.VPC), other.VPC)
		}
	default:
		s.From, s.Text, s.outside = FromOutside, ref.ID, place{ref.Account, b.region.Name, ref.ID}
		if ref.Account != "" && ref.Account != b.region.AccountID {
			s.Text += " of account " + ref.Account
		}
	}
}

// finish puts the boxes of a VPC into their tiers and their order.
func (b *builder) finish(v *VPC) {
	for _, box := range slices.Concat(v.Boxes, v.Aside, v.Closed) {
		box.Tier = b.tier(b.index.Group(box.Members[0].ID), box)
	}
	b.rings(v)
	v.hubs()
	if !b.opts.Unfolded {
		v.fold()
	}
	slices.SortFunc(v.Boxes, (*Box).compare)
	slices.SortFunc(v.Closed, (*Box).compare)
	slices.SortFunc(v.Aside, func(a, b *Box) int { return cmp.Or(cmp.Compare(a.Ring, b.Ring), a.compare(b)) })
}

func decimal(n int) string { return strconv.Itoa(n) }
