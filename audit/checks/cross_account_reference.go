package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Rules reference security groups of known accounts only.
var _ = audit.Declare(audit.Check{
	Title:      "Rule references a security group of an unknown account",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4"},
	Needs:      inventory.PartVPCs, // a participant of a shared VPC references its owner's groups
	Run: func(r *audit.Pass) {
		known := knownAccounts(r)
		stale := staleReferences(r)
		var ours map[string]bool // the groups of the run, looked up where the owner is unknown
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				ref := rule.Peer.Group
				if ref == nil || known[ref.Account] {
					continue
				}
				of := fmt.Sprintf("a security group of account %s, which is neither in this audit nor listed under accounts in the configuration", ref.Account)
				if ref.Account == "" {
					if ours == nil {
						ours = groupsOfRun(r)
					}
					if ours[ref.ID] || stale.because(g, rule) != "" {
						continue
					}
					if missing := ownersMissing(r); missing != "" {
						r.NotEvaluated("%q of %s: AWS does not say who owns %s, and %s", rule, g.ID, ref.ID, missing)
						continue
					}
					of = ref.ID + ", which is neither a security group of this region nor a stale reference: it belongs to another account, and AWS does not say which"
				}
				o := r.Observe(g, rule)
				o.Message = fmt.Sprintf("the rule for %s references %s", allowed(r, g, rule), of)
				o.Fix = "Find out who owns account " + ref.Account + ". Add it to accounts in the configuration if you trust it, or revoke the rule."
				if ref.Account == "" {
					o.Fix = "Look for " + ref.ID + " in the accounts of peered VPCs and in accounts that share subnets with this one. Revoke the rule if none of them owns it."
				}
				o.Proposal.Kind = findings.Advise
				r.Report(o)
			}
		}
	},
})

// knownAccounts returns the accounts of the run, those of the configuration,
// and the owners of the VPCs and groups that are shared with this account.
func knownAccounts(r *audit.Pass) map[string]bool {
	known := map[string]bool{r.AccountID: true}
	for _, id := range r.Settings.Accounts {
		known[id] = true
	}
	for _, other := range r.Accounts.Regions {
		known[other.AccountID] = true
	}
	for i := range r.VPCs {
		known[r.VPCs[i].Owner] = true
	}
	for i := range r.Groups {
		known[r.Groups[i].Owner] = true
	}
	delete(known, "") // an empty owner is unknown
	return known
}

// groupsOfRun returns the ids of the groups that the accounts of the run have
// in this region.
func groupsOfRun(r *audit.Pass) map[string]bool {
	ids := map[string]bool{}
	for _, region := range r.Accounts.Regions {
		if region.Name != r.Name {
			continue
		}
		for i := range region.Groups {
			ids[region.Groups[i].ID] = true
		}
	}
	return ids
}

// ownersMissing says what has to be read before a group that is not in the
// inventory can be called another account's, or returns nothing.
func ownersMissing(r *audit.Pass) string {
	if !r.Read.Has(inventory.PartStale) {
		return "the stale references of the region were not read"
	}
	for _, other := range r.Accounts.Regions {
		if other.Name == r.Name && !other.Skipped && !other.Read.Has(inventory.PartGroups) {
			return "not all groups of account " + other.AccountID + " were read"
		}
	}
	return ""
}
