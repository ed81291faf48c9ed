package picture

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/words"
)

// Account is an account with groups that a picture shows.
type Account struct{ ID, Name string }

// String returns the id, and the name behind it where an organization names it.
func (a Account) String() string {
	if a.Name == "" {
		return a.ID
	}
	return a.ID + " (" + a.Name + ")"
}

// Accounts returns the accounts of the VPCs in the picture, sorted by id. A
// picture without VPCs is of the account that the caller belongs to.
func (p *Picture) Accounts() []Account {
	var list []Account
	for _, v := range p.VPCs {
		list = append(list, v.Account)
	}
	if len(list) == 0 {
		list = []Account{{ID: p.Caller}}
	}
	slices.SortFunc(list, func(a, b Account) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name)) })
	return slices.CompactFunc(list, func(a, b Account) bool { return a.ID == b.ID })
}

// Of names the accounts of the picture: "Account 111122223333 (shop)", or how
// many there are.
func (p *Picture) Of() string {
	list := p.Accounts()
	if len(list) == 1 {
		return "Account " + list[0].String()
	}
	return words.Count(len(list), "account")
}

// several records in every VPC whether it has to name its account.
func (p *Picture) several() {
	many := len(p.Accounts()) > 1
	for _, v := range p.VPCs {
		v.named = many
	}
}

// Where names the region of the VPC, and its account too in a picture of several.
func (v *VPC) Where() string {
	if v.named {
		return "account " + v.Account.String() + " · " + v.Region
	}
	return v.Region
}

// Anchor names the VPC inside a document. Accounts may share one VPC: then each
// of them has its own groups in it.
func (v *VPC) Anchor() string {
	if v.named {
		return "v-" + v.Account.ID + "-" + v.ID
	}
	return "v-" + v.ID
}
