package cli

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/shard"
)

func (p *program) planShardsVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "plan-shards",
		Usage: "list the shards of a run over several accounts, for an engine that starts one task for each line",
		Description: "Each line is a JSON object: shard is the value for audit --shard, accounts are the ids of the accounts that it reads. Shards to which no account belongs are left out. " +
			"The same accounts and number of shards give the same list. Exit codes: 0 listed, 2 could not start or finish.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "shards", Category: categoryShards, Usage: "divide the accounts among `N` shards"},
		}, readFlags()...),
		Action: p.planShards,
	}
}

// plannedShard is one line of plan-shards.
type plannedShard struct {
	Shard    string   `json:"shard"`
	Accounts []string `json:"accounts"`
}

func (p *program) planShards(c *urfave.Context) error {
	src, err := newSource(c, "")
	errs := []error{notEmpty(c, "shards"), err}
	n, err := strconv.Atoi(c.String("shards"))
	switch {
	case !c.IsSet("shards"):
		errs = append(errs, console.Usage("write it like --shards 50", "--shards is missing: among how many shards the accounts are divided"))
	case err != nil || n < 1 || n > shard.Most:
		errs = append(errs, console.Usage("", "--shards %q is not a number from 1 to %d", c.String("shards"), shard.Most))
	}
	if err := console.Combine(errs...); err != nil {
		return err
	}
	if !src.accounts.many() {
		return console.Usage("give --org or --accounts-file", "plan-shards divides several accounts, and none were chosen")
	}
	p.prepare(c.Context, &src.client)
	accounts, _, err := p.listAccounts(c.Context, src.accounts, src.client)
	if err != nil {
		return p.interrupted(c.Context, err)
	}
	src.accounts.shard = &shard.Share{Index: 1, Count: n}
	if _, err := src.accounts.share(accounts); err != nil {
		return err
	}
	lines := make([]plannedShard, n)
	for _, a := range src.accounts.listed {
		if a.State != "" {
			continue
		}
		i := shard.Of(a.ID, n) - 1
		lines[i].Shard = shard.Share{Index: i + 1, Count: n}.String()
		lines[i].Accounts = append(lines[i].Accounts, a.ID)
	}
	var text strings.Builder
	for _, l := range lines {
		if l.Shard == "" {
			continue
		}
		slices.Sort(l.Accounts)
		line, err := json.Marshal(l)
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	return p.console.Print(text.String())
}
