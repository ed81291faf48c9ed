package inventory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// placed is an error with its place in the file.
type placed struct {
	offset  int64
	pointer jsontext.Pointer
	err     error
}

func (p *placed) Error() string { return p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// at gives an error without a place of its own that of the decoder.
func at(dec *jsontext.Decoder, err error) error {
	var syntax *jsontext.SyntacticError
	var form *json.SemanticError
	var known *placed
	if errors.As(err, &syntax) || errors.As(err, &form) || errors.As(err, &known) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return &placed{dec.InputOffset(), dec.StackPointer(), err}
}

// explain says in words what is wrong with a file, and where: line and column
// are counted from 1, columns in bytes.
func explain(err error, text []byte) error {
	var syntax *jsontext.SyntacticError
	var form *json.SemanticError
	var known *placed
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the snapshot ends too early, after %d bytes: it was cut off", len(text))
	}
	place := &placed{err: err}
	switch {
	case errors.As(err, &form):
		place = &placed{form.ByteOffset, form.JSONPointer, form.Err}
		switch {
		case errors.Is(form.Err, json.ErrUnknownName):
			place.err = fmt.Errorf("unknown key %q", form.JSONPointer.LastToken())
		case form.Err == nil:
			place.err = fmt.Errorf("a value of the kind %s cannot stand there", form.JSONKind)
		}
	case errors.As(err, &syntax):
		place = &placed{syntax.ByteOffset, syntax.JSONPointer, syntax.Err}
		if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
			place.err = fmt.Errorf("the key %q comes twice", syntax.JSONPointer.LastToken())
		}
	case errors.As(err, &known):
		place = known
	}
	before := text[:min(max(0, int(place.offset)), len(text))]
	line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
	where := ""
	if place.pointer != "" {
		where = fmt.Sprintf(" (%s)", place.pointer)
	}
	return fmt.Errorf("the snapshot is damaged at line %d, column %d%s: %w", line, column, where, place.err)
}

// cutRune returns the number of bytes at the end of text that begin a
// character and do not end it.
func cutRune(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Sound refuses what no inventory has, so that nothing later trips over it:
// names and ids that have not the form of AWS's, and what comes twice.
func (inv *Inventory) Sound() error {
	regions := map[[2]string]bool{}
	for i, r := range inv.Regions {
		if r == nil || r.Name == "" {
			return fmt.Errorf("region %d is empty", i)
		}
		if err := r.named(); err != nil {
			return err
		}
		place := [2]string{cmp.Or(r.AccountID, r.AccountName), r.Name}
		if regions[place] {
			return fmt.Errorf("the region %s of account %q comes twice", r.Name, r.AccountID)
		}
		regions[place] = true
		if id := twice(r.Groups, func(g *Group) string { return g.ID }); id != "" {
			return fmt.Errorf("%s comes twice in %s", id, r.Name)
		}
		if id := twice(r.Interfaces, func(e *Interface) string { return e.ID }); id != "" {
			return fmt.Errorf("%s comes twice in %s", id, r.Name)
		}
		for k := range r.Groups {
			for n := range r.Groups[k].Rules {
				if !r.Groups[k].Rules[n].sound() {
					return fmt.Errorf("rule %d of %s in %s makes no sense", n, r.Groups[k].ID, r.Name)
				}
			}
		}
	}
	return nil
}

// twice returns an id that comes twice in a list, of which a snapshot as it was
// written has none, or nothing.
func twice[T any](list []T, id func(*T) string) string {
	seen := make(map[string]bool, len(list))
	for i := range list {
		x := id(&list[i])
		if seen[x] {
			return x
		}
		seen[x] = true
	}
	return ""
}

// sound reports whether the rule has one peer, a direction, and ports in order.
func (r *Rule) sound() bool {
	ends := 0
	for _, set := range []bool{r.Peer.Prefix.IsValid(), r.Peer.Group != nil, r.Peer.List != ""} {
		if set {
			ends++
		}
	}
	t := r.Traffic
	return ends == 1 && r.Direction <= Egress && (!t.HasPorts() || t.First >= 0 && t.Last <= MaxPort && t.First <= t.Last)
}

// named refuses names and ids that have not the form of AWS's, which could mean
// something else in a command.
func (r *Region) named() error {
	var err error
	check := func(what, text string, form func(string) bool, optional bool) {
		if err == nil && !form(text) && (text != "" || !optional) {
			err = fmt.Errorf("%q is not %s (in %q)", text, what, r.Name)
		}
	}
	check("the name of a region", r.Name, IsRegion, false)
	check("an account id", r.AccountID, IsAccountID, true)
	check("a partition", r.Partition, IsPartition, true)
	for i := range r.Groups {
		g := &r.Groups[i]
		check("the id of a security group", g.ID, IsGroupID, false)
		check("an owner", g.Owner, IsOwner, true)
		check("the id of a VPC", g.VPC, IsVPCID, true)
		for k := range g.Rules {
			rule := &g.Rules[k]
			for _, id := range rule.IDs {
				check("the id of a security group rule", id, IsRuleID, false)
			}
			check("the id of a prefix list", rule.Peer.List, IsPrefixListID, true)
			if ref := rule.Peer.Group; ref != nil {
				check("the id of a security group", ref.ID, IsGroupID, false)
				check("an owner", ref.Account, IsOwner, true)
				check("the id of a VPC", ref.VPC, IsVPCID, true)
				check("the id of a peering connection", ref.Peering, isAnyID, true)
			}
		}
	}
	for i := range r.Interfaces {
		r.Interfaces[i].named(check)
	}
	for i := range r.PrefixLists {
		check("the id of a prefix list", r.PrefixLists[i].ID, IsPrefixListID, false)
	}
	for i := range r.VPCs {
		check("the id of a VPC", r.VPCs[i].ID, IsVPCID, false)
	}
	for i := range r.Subnets {
		check("the id of a subnet", r.Subnets[i].ID, isAnyID, false)
	}
	for i := range r.RouteTables {
		check("the id of a route table", r.RouteTables[i].ID, isAnyID, false)
	}
	for i := range r.NetworkACLs {
		check("the id of a network ACL", r.NetworkACLs[i].ID, isAnyID, false)
	}
	for _, list := range [][]Referrer{r.Referrers, r.ConfigResources} {
		for i := range list {
			list[i].named(check)
		}
	}
	return err
}

// named checks the names and ids of an interface, and the prefixes that are delegated to it.
func (i *Interface) named(check func(what, text string, form func(string) bool, optional bool)) {
	check("the id of a network interface", i.ID, IsInterfaceID, false)
	check("an owner", i.Account, IsOwner, true)
	check("the id of a VPC", i.VPC, IsVPCID, true)
	check("the id of a subnet", i.Subnet, isAnyID, true)
	check("the id of an instance", i.Instance, isAnyID, true)
	for _, id := range i.Groups {
		check("the id of a security group", id, IsGroupID, false)
	}
	for _, p := range i.Delegated {
		check("a prefix that can be delegated to a network interface", p.String(), func(string) bool { return IsDelegated(p) }, false)
	}
}

// named checks the ids of a referrer.
func (x *Referrer) named(check func(what, text string, form func(string) bool, optional bool)) {
	check("the id of a VPC", x.VPC, IsVPCID, true)
	for _, id := range x.Groups {
		check("the id of a security group", id, IsGroupID, false)
	}
}

func isAnyID(text string) bool { return IsID("", text) }
