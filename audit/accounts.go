package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Regions of other accounts: what a check in one of them may know of the others.

// whole are the parts of a region without which its users of groups are not known.
const whole = inventory.PartGroups | inventory.PartInterfaces

// Of returns the region of this pass's name in another account of the run, nil where
// the account is not in the run or its groups and interfaces were not all read.
func (r *Pass) Of(account string) *inventory.Region {
	for _, other := range r.Accounts.liveness(r.Name).regions {
		if other.AccountID == account && other.Read.Has(whole) {
			return other
		}
	}
	return nil
}

// GroupNamed returns a group's name with its id; for a group of another account of
// the run with the account, too.
func (r *Pass) GroupNamed(id string) string {
	if r.Group(id) == nil {
		if g, account := r.elsewhere(id); g != nil {
			return g.Named() + " of account " + account
		}
	}
	return r.Index.GroupNamed(id)
}

// PeerNamed is Index.PeerNamed with the groups of the other accounts of the run.
func (r *Pass) PeerNamed(p inventory.Peer) string {
	if p.Group != nil {
		return r.GroupNamed(p.Group.ID)
	}
	return r.Index.PeerNamed(p)
}

// elsewhere returns a group of another account of the run, and the account.
func (r *Pass) elsewhere(id string) (*inventory.Group, string) {
	l := r.Accounts.liveness(r.Name)
	if len(l.regions) < 2 {
		return nil, ""
	}
	at, found := l.owners[id]
	if !found {
		return nil, ""
	}
	return at.group, at.account
}

// accountGroup is a group with the account that it was read in.
type accountGroup struct {
	group   *inventory.Group
	account string
}

// users are accounts that may use the groups of a VPC, and how that is known.
type users map[string]string

// usersOfVPCs returns, for the VPCs that any account of the run sees, which accounts
// may have rules that reference their groups: the owner of the VPC, the participants
// that have interfaces in it, and the accounts of VPCs that are peered with it in the
// region. (Amazon VPC User Guide, "Share your VPC subnets with other accounts";
// VPC Peering Guide, "Update your security groups to reference peer security groups".)
func usersOfVPCs(regions []*inventory.Region) map[string]users {
	all := map[string]users{}
	add := func(vpc, account, how string) {
		if vpc == "" || !inventory.IsAccountID(account) {
			return
		}
		if all[vpc] == nil {
			all[vpc] = users{}
		}
		if all[vpc][account] == "" {
			all[vpc][account] = how
		}
	}
	for _, r := range regions {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			add(v.ID, v.Owner, "owns VPC "+v.ID)
		}
		for i := range r.Subnets {
			s := &r.Subnets[i]
			add(s.VPC, s.Owner, "owns subnets of VPC "+s.VPC)
		}
		for i := range r.Peerings {
			p := &r.Peerings[i]
			if p.Status == "active" && p.Requester.Region == r.Name && p.Accepter.Region == r.Name {
				add(p.Requester.VPC, p.Accepter.Account, "has VPC "+p.Accepter.VPC+", which is peered ("+p.ID+")")
				add(p.Accepter.VPC, p.Requester.Account, "has VPC "+p.Requester.VPC+", which is peered ("+p.ID+")")
			}
		}
		for i := range r.Interfaces {
			if e := &r.Interfaces[i]; e.Account != "" && e.Account != r.AccountID {
				add(e.VPC, e.Account, "has network interfaces in VPC "+e.VPC)
			}
		}
	}
	return all
}

// unknownUsers returns a function that says why an account that was not read may use the
// groups of a VPC, although nothing shows that it does: the owner of the VPC or the VPCs
// that are peered with it are not known. It is empty where they are, or where all other
// accounts were read.
func unknownUsers(regions []*inventory.Region, read map[string]bool) func(r *inventory.Region, vpc string) string {
	of := map[string]*inventory.Region{}
	owners := map[string]string{}
	var unread []string
	for _, r := range regions {
		of[r.AccountID] = r
		if !read[r.AccountID] {
			unread = append(unread, cmp.Or(r.AccountID, r.AccountName))
		}
		for i := range r.VPCs {
			owners[r.VPCs[i].ID] = cmp.Or(r.VPCs[i].Owner, r.AccountID)
		}
		for i := range r.Subnets {
			owners[r.Subnets[i].VPC] = cmp.Or(r.Subnets[i].Owner, r.AccountID)
		}
	}
	slices.Sort(unread)
	return func(r *inventory.Region, vpc string) string {
		others := slices.DeleteFunc(slices.Clone(unread), func(account string) bool { return account == r.AccountID })
		if len(others) == 0 || vpc == "" {
			return ""
		}
		what := ""
		owner := owners[vpc]
		if owner == "" && r.Read.Has(inventory.PartVPCs) {
			owner = r.AccountID
		}
		switch {
		case owner == "":
			what = "which account shares VPC " + vpc + " is not known"
		case of[owner] != nil && !of[owner].Read.Has(inventory.PartPeerings):
			what = "which VPCs are peered with VPC " + vpc + " is not known"
		default:
			return ""
		}
		if len(others) == 1 {
			return fmt.Sprintf("account %s, which was not read, may reference it: %s", others[0], what)
		}
		return fmt.Sprintf("%s, which were not read, may reference it (%s): %s", words.Count(len(others), "account"), words.List(others, 3), what)
	}
}

// findUnseen finds the groups without a known user that accounts may use of which not
// everything was read, and those that such a group references.
func (l *liveness) findUnseen(regions []*inventory.Region, groups map[string]*inventory.Group) {
	read := map[string]bool{}
	for _, r := range regions {
		read[r.AccountID] = r.Read.Has(whole)
	}
	ofVPC := usersOfVPCs(regions)
	unknown := unknownUsers(regions, read)
	var reached []string
	for _, r := range regions {
		for i := range r.Groups {
			g := &r.Groups[i]
			if l.live[g.ID] || l.unseen[g.ID] != "" {
				continue
			}
			for _, account := range slices.Sorted(maps.Keys(ofVPC[g.VPC])) {
				if account != r.AccountID && !read[account] {
					l.unseen[g.ID] = fmt.Sprintf("account %s, which was not read, %s and may reference it", account, ofVPC[g.VPC][account])
					reached = append(reached, g.ID)
					break
				}
			}
			if why := unknown(r, g.VPC); why != "" && l.unseen[g.ID] == "" {
				l.unseen[g.ID] = why
				reached = append(reached, g.ID)
			}
		}
	}
	for next := 0; next < len(reached); next++ {
		from := reached[next]
		eachReference(groups[from], func(id string) {
			if groups[id] != nil && !l.live[id] && l.unseen[id] == "" {
				l.unseen[id] = fmt.Sprintf("%s references it, and an account that was not read may use that group", groups[from].Named())
				reached = append(reached, id)
			}
		})
	}
}
