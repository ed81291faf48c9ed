// Package anonymise removes from a snapshot what identifies its owner, and keeps
// what the checks decide by.
//
// Names, ids, accounts, tags, descriptions and messages become made-up ones, the
// same wherever the same text stood; addresses become others in which a prefix
// contains exactly what it contained, and no address crosses the border of a
// private or reserved block. What AWS itself names stays: regions, zones,
// services, states, types of interfaces, the name "default", and words that a
// check looks at (checks.DecidingWords). An audit with the default settings finds
// the same, with the same severities and verdicts. Inventories come normalised
// and leave normalised; the input is not changed.
package anonymise

import (
	"bytes"
	"net/netip"
	"reflect"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// Key makes the addresses that come out depend on a secret. The same key gives
// the same addresses.
type Key [32]byte

// attempts is how often other addresses are tried until none of the old ones is
// among the new ones. Accounts that use most of a block may never get there.
const attempts = 64

// Snapshot returns the snapshot under other names.
func Snapshot(s *inventory.Snapshot, key Key) (*inventory.Snapshot, error) {
	names := newNames()
	seen := &scan{addresses: map[string]bool{}}
	first, err := clone(s)
	if err != nil {
		return nil, err
	}
	(&walker{names: names, address: seen.address}).inventory(first.Inventory)
	names.assign()
	blocks := addressesFor(key, seen.prefixes, networks(s.Inventory))
	second, err := clone(s)
	if err != nil {
		return nil, err
	}
	(&walker{names: names, address: blocks.prefix}).inventory(second.Inventory)
	second.Inventory.Normalize()
	return second, nil
}

// networks returns the blocks of VPCs and subnets.
func networks(inv *inventory.Inventory) (blocks []netip.Prefix) {
	for _, r := range inv.Regions {
		for i := range r.VPCs {
			blocks = append(blocks, r.VPCs[i].Prefixes...)
		}
		for i := range r.Subnets {
			for _, p := range r.Subnets[i].Prefixes {
				blocks = append(blocks, p.Prefix)
			}
		}
	}
	return blocks
}

// clone returns a copy that shares nothing with s.
func clone(s *inventory.Snapshot) (*inventory.Snapshot, error) {
	var text bytes.Buffer
	if err := s.Save(&text); err != nil {
		return nil, err
	}
	return inventory.Load(&text)
}

// scan collects the prefixes that come in; an address is one of all its bits.
type scan struct {
	addresses map[string]bool
	prefixes  []netip.Prefix
}

func (s *scan) address(p netip.Prefix) netip.Prefix {
	if text := p.String(); !s.addresses[text] {
		s.addresses[text] = true
		s.prefixes = append(s.prefixes, p)
	}
	return p
}

// walker replaces every text and every address of an inventory, in place.
type walker struct {
	names   *names
	address func(netip.Prefix) netip.Prefix
}

func (w *walker) inventory(inv *inventory.Inventory) {
	for _, r := range inv.Regions {
		for i := range r.Gaps {
			g := &r.Gaps[i]
			if g.Message != "" {
				g.Message = string(g.Kind)
			}
			if !isWord(g.Code) {
				g.Code = ""
			}
		}
		for i := range r.Interfaces {
			w.names.describe(&r.Interfaces[i])
		}
		for i := range r.PrefixLists {
			if l := &r.PrefixLists[i]; l.Owner != "AWS" {
				l.Name = w.names.text(l.Name)
			}
		}
	}
	w.walk(reflect.ValueOf(inv).Elem(), (*names).text)
	inv.Caller.ARN = "arn:" + inv.Caller.Partition + ":iam::" + inv.Caller.AccountID + ":user/auditor"
}

// treatment gives a text its new form.
type treatment func(*names, string) string

func keep(_ *names, text string) string { return text }

// treatments are the treatments of fields that do not hold free text. A field that
// is missing here is treated as free text, so that a new field cannot leak.
var treatments = map[string]treatment{
	"Inventory.Depth": keep, "Caller.Partition": keep, "Caller.ARN": keep,
	"Region.Name": keep, "Region.Partition": keep, "Gap.Operation": keep, "Gap.Kind": keep, "Gap.Code": keep, "Gap.Message": keep,
	"Interface.Status": (*names).word, "Interface.Type": (*names).word, "Interface.Zone": (*names).word, "Subnet.Zone": (*names).word,
	"Interface.Description": keep, "Interface.Requester": keep, "Interface.AttachedBy": keep, "Interface.Operator": keep, // describe did them
	"PrefixList.Name": keep,                    // inventory did it
	"Tag.Key":         keep, "Tag.Value": keep, // walk does both together
	"GroupRef.Status": (*names).word, "NATGateway.State": (*names).word, "FlowLog.Traffic": (*names).word, "FlowLog.Format": (*names).fields,
	"Peering.Status": (*names).word, "PeeringEnd.Region": (*names).word, "Association.State": (*names).word,
	"PublicAccessBlock.Mode": (*names).word, "PublicAccessBlock.State": (*names).word,
	"PublicAccessExclusion.Mode": (*names).word, "PublicAccessExclusion.State": (*names).word,
	"LoadBalancer.Kind": (*names).word, "LoadBalancer.Scheme": (*names).word, "Listener.Kind": (*names).word, "Quota.Code": (*names).word,
	"Referrer.Service": (*names).word, "Referrer.Kind": (*names).kind, "Referrer.Source": (*names).source,
	"Recorder.Except": (*names).kind, "Recorder.Since": (*names).day,
	"Endpoint.Service": (*names).service, "Route.Target": (*names).target,
	"Caller.AccountID": (*names).owner, "Region.AccountID": (*names).owner, "Group.Owner": (*names).owner, "GroupRef.Account": (*names).owner,
	"Interface.Account": (*names).owner, "PrefixList.Owner": (*names).owner, "VPC.Owner": (*names).owner, "Subnet.Owner": (*names).owner,
	"NetworkACL.Owner": (*names).owner, "Association.VPCOwner": (*names).owner, "PeeringEnd.Account": (*names).owner,
}

func (w *walker) walk(v reflect.Value, how treatment) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		return
	case *netip.Prefix:
		if x.IsValid() {
			*x = w.address(*x)
		}
		return
	case *netip.Addr:
		if x.IsValid() {
			*x = w.address(netip.PrefixFrom(x.WithZone(""), x.BitLen())).Addr()
		}
		return
	case *inventory.Tag:
		*x = w.names.tag(*x)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(how(w.names, v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem(), how)
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i), how)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field, known := treatments[v.Type().Name()+"."+v.Type().Field(i).Name]
			if !known {
				field = (*names).text
			}
			w.walk(v.Field(i), field)
		}
	}
}
