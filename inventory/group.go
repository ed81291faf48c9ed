package inventory

import (
	"cmp"
	"net/netip"
	"slices"
)

// Group is a security group with its rules. Its VPC is the primary one; it
// may be associated with others (Region.Associations).
type Group struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	VPC         string `json:"vpc_id,omitzero"`
	Owner       string `json:"owner_id,omitzero"` // account id
	Description string `json:"description,omitzero"`
	Tags        []Tag  `json:"tags,omitempty"` // sorted by key
	Rules       []Rule `json:"rules"`          // sorted by text, ingress first
}

// Default reports whether the group is its VPC's default group, which cannot
// be deleted. AWS reserves the name.
func (g *Group) Default() bool { return g.Name == "default" }

// ARN returns the group's ARN in the given partition and region.
func (g *Group) ARN(partition, region string) string {
	return "arn:" + partition + ":ec2:" + region + ":" + g.Owner + ":security-group/" + g.ID
}

// Tag is a key and its value as AWS gave them.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// TagValue returns the value of a key, and whether the key is there.
func TagValue(tags []Tag, key string) (string, bool) {
	for _, t := range tags {
		if t.Key == key {
			return t.Value, true
		}
	}
	return "", false
}

// Rule lets one traffic through for one peer. AWS groups several peers into
// one permission; here each of them is a rule of its own.
type Rule struct {
	Direction   Direction
	Traffic     Traffic
	Peer        Peer
	Description string
	IDs         []string // sgr-..., sorted; empty where they were not read
	Tags        []Tag    // of the rule itself; empty where they were not read
}

// Peer is the other end of a rule: exactly one of an address prefix, a group
// or a prefix list.
type Peer struct {
	Prefix netip.Prefix // masked; the zero Prefix where the peer is not a prefix
	Group  *GroupRef
	List   string // pl-...
}

// GroupRef names a group as a rule does. Account is empty if the referenced
// group was deleted; VPC, Peering and Status are set for groups of other VPCs.
type GroupRef struct {
	ID      string `json:"id"`
	Account string `json:"account_id,omitzero"`
	VPC     string `json:"vpc_id,omitzero"`
	Peering string `json:"peering_id,omitzero"`
	Status  string `json:"peering_status,omitzero"`
}

// PrefixPeer returns a Peer for p, with host bits cleared and 4in6 unmapped.
func PrefixPeer(p netip.Prefix) Peer {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return Peer{Prefix: p.Masked()}
}

// String returns "10.0.0.0/8", "sg-..." or "pl-...".
func (p Peer) String() string {
	switch {
	case p.Group != nil:
		return p.Group.ID
	case p.List != "":
		return p.List
	}
	return p.Prefix.String()
}

// String returns the rule's identity inside its group, "in tcp/22 0.0.0.0/0"
// or "out all sg-...". Description, ids and tags are not part of it.
func (r *Rule) String() string {
	dir := "in "
	if r.Direction == Egress {
		dir = "out "
	}
	return dir + r.Traffic.String() + " " + r.Peer.String()
}

// Allows says in words what the rule allows, with the name of its peer: "tcp/22 from
// office (pl-1)", "all traffic to 0.0.0.0/0", "protocol 50 from itself".
func (r *Rule) Allows(peer string) string {
	preposition := " from "
	if r.Direction == Egress {
		preposition = " to "
	}
	return r.Traffic.Words() + preposition + peer
}

// CompareRules orders rules by direction, traffic and peer, numerically.
func CompareRules(a, b *Rule) int {
	return cmp.Or(
		cmp.Compare(a.Direction, b.Direction),
		cmp.Compare(a.Traffic.Protocol, b.Traffic.Protocol),
		cmp.Compare(a.Traffic.First, b.Traffic.First),
		cmp.Compare(a.Traffic.Last, b.Traffic.Last),
		comparePeers(a.Peer, b.Peer),
	)
}

func comparePeers(a, b Peer) int {
	kind := func(p Peer) int {
		switch {
		case p.Group != nil:
			return 1
		case p.List != "":
			return 2
		}
		return 0
	}
	if c := cmp.Compare(kind(a), kind(b)); c != 0 {
		return c
	}
	switch kind(a) {
	case 1:
		return cmp.Compare(a.Group.ID, b.Group.ID)
	case 2:
		return cmp.Compare(a.List, b.List)
	}
	return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()))
}

// compareRefs orders references to one group, those with more details first.
func compareRefs(a, b *GroupRef) int {
	if a == nil || b == nil {
		return 0
	}
	return cmp.Or(cmp.Compare(b.Account, a.Account), cmp.Compare(b.VPC, a.VPC),
		cmp.Compare(b.Peering, a.Peering), cmp.Compare(b.Status, a.Status))
}

// normalize sorts the rules and merges those with the same text: ids and tags
// are joined, and of several references and descriptions the first in order
// is kept, an empty one last.
func (g *Group) normalize() {
	sortTags(g.Tags)
	sortBy(g.Rules, func(a, b *Rule) int {
		return cmp.Or(CompareRules(a, b), compareRefs(a.Peer.Group, b.Peer.Group), cmp.Compare(a.Description, b.Description))
	})
	kept := g.Rules[:0]
	for _, r := range g.Rules {
		if n := len(kept); n > 0 && CompareRules(&kept[n-1], &r) == 0 {
			last := &kept[n-1]
			last.IDs = append(slices.Clip(last.IDs), r.IDs...)
			last.Tags = append(slices.Clip(last.Tags), r.Tags...)
			if last.Description == "" {
				last.Description = r.Description
			}
			continue
		}
		kept = append(kept, r)
	}
	clear(g.Rules[len(kept):])
	g.Rules = kept
	for i := range g.Rules {
		r := &g.Rules[i]
		slices.Sort(r.IDs)
		r.IDs = slices.Compact(r.IDs)
		sortTags(r.Tags)
		r.Tags = slices.Compact(r.Tags)
	}
}

func sortTags(tags []Tag) {
	sortBy(tags, func(a, b *Tag) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
	})
}
