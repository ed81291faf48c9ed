// Package reach answers who can reach what: whether the internet gets in by a rule
// of a security group today (Rule, Group, Interface), whether one interface gets to
// another (Between, Verdict), and in which ways an interface is reached (Trace).
//
// It works on one region of an inventory that has been normalised, and uses nothing
// else. A verdict follows one packet in and its reply out. Package path is the
// algebra of flows, package network the stages that may stop them, and package
// explain the sentences; this package asks the questions. They import each other
// in this order only: path, network, explain, reach.
//
// What was not read is never guessed: where it decides, and nothing that was read
// decides before it, the verdict is Unknown. Evidence and steps come in the order
// of the packet's way and are the same for the same inventory.
package reach

import (
	"maps"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Exposure is a verdict with what it rests on: short sentences in the order
// of the path that name the deciding objects, twelve at most.
type Exposure struct {
	Verdict  path.Verdict
	Evidence []string
}

// Analyzer answers for one region of an account. It fills its caches as it is asked,
// so it belongs to one goroutine. The region must not change meanwhile.
type Analyzer struct {
	region *inventory.Region
	index  *inventory.Index

	changed   map[string]*inventory.Group // by id: those that With put in the place of others
	addresses *addressIndex
	network   *network.Network            // nil until it is first needed
	blocks    map[string]cidr.Set         // by VPC: its own and those of its peers
	members   map[string]*network.Members // by group
	entries   map[groupTraffic][]string   // sentences about second ways in
	followed  map[question]*explain.Followed
	arriving  map[arriving]cidr.Set
	verdicts  map[question]path.Verdict // of rules, for InterfaceVerdict; empty where a rule names no internet address
	named     []*namedBlocks            // of the region, filled when they are first needed, and of the groups in changed
	standing  map[*inventory.Interface][]inventory.Address
}

// New returns an Analyzer with an index of its own, which is filled when it is
// first needed, as is that of the network.
func New(r *inventory.Region) *Analyzer {
	return &Analyzer{
		region:    r,
		index:     inventory.NewIndex(r),
		addresses: &addressIndex{inside: map[vpcPrefix][]int32{}},
		blocks:    map[string]cidr.Set{},
		members:   map[string]*network.Members{},
		entries:   map[groupTraffic][]string{},
		followed:  map[question]*explain.Followed{},
		arriving:  map[arriving]cidr.Set{},
		verdicts:  map[question]path.Verdict{},
		named:     []*namedBlocks{{}},
		standing:  map[*inventory.Interface][]inventory.Address{},
	}
}

// Index returns the index of the region, for those who ask about the same
// region beside. It knows nothing of the groups that With put in the place of
// others.
func (n *Analyzer) Index() *inventory.Index { return n.index }

// With returns an Analyzer that answers as n would if the given groups stood in
// the place of those with their ids: what is asked before a change, and what
// after it. Both share what they find out about the network, so that they
// belong to one goroutine.
func (n *Analyzer) With(changed ...*inventory.Group) *Analyzer {
	n.net()
	m := *n
	m.entries = map[groupTraffic][]string{} // which go by the rules of groups
	m.changed = maps.Clone(n.changed)
	if m.changed == nil {
		m.changed = map[string]*inventory.Group{}
	}
	for _, g := range changed {
		m.changed[g.ID] = g
	}
	m.named = append(slices.Clip(n.named), &namedBlocks{by: changed})
	m.standing = map[*inventory.Interface][]inventory.Address{}
	return &m
}

// net returns the index of the network.
func (n *Analyzer) net() *network.Network {
	if n.network == nil {
		n.network = network.New(n.region, n.index)
	}
	return n.network
}

// Interfaces returns the interfaces to which the group is attached, sorted by id. The
// slice is shared: it must not be changed. It is empty where interfaces were
// not read.
func (n *Analyzer) Interfaces(group string) []*inventory.Interface {
	if !n.region.Read.Has(inventory.PartInterfaces) {
		return nil
	}
	return n.index.Members(group)
}
