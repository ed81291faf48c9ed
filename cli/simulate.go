package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) simulateVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "simulate",
		Usage:     "tell what a plan would change, without changing anything: findings, and who gains or loses access",
		ArgsUsage: "PLAN",
		Description: "PLAN is a script of sgaudit fix, or any file with plain lines of aws ec2 authorize-security-group-…, revoke-security-group-…, create-security-group, delete-security-group and modify-network-interface-attribute; - is standard input. " +
			"It is carried out on a copy of what was read. Exit codes: 0 simulated, 1 something loses access or a finding is new (with --exit-code), 2 the plan would fail, 3 the audit is incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "from", Category: categoryRead, Usage: "change this `SNAPSHOT` of sgaudit snapshot instead of reading an account", TakesFile: true},
			savedFlag(), demoFlag(), answerFlag(), configFlag(),
			&urfave.BoolFlag{Name: "exit-code", Usage: "exit with 1 if an interface loses access to another, or a finding is new"},
		}, readFlags()...),
		Action: p.simulate,
	}
}

// simulation is what the verb prints.
type simulation struct {
	*driftAnswer
	Steps  int          `json:"steps"`
	Lost   []pairChange `json:"lost"`
	Gained []pairChange `json:"gained"`
	Asked  int          `json:"pairs_asked"`
	Cut    bool         `json:"pairs_cut_short"` // there are more pairs than were asked
	Unsure int          `json:"pairs_unknown"`   // pairs asked of which it could not be determined, before and after

	// NotRead are the changed regions without interfaces, as "ACCOUNT REGION".
	NotRead []string `json:"interfaces_not_read"`
}

// pairChange is two interfaces that can talk since, or no more.
type pairChange struct {
	AccountID string        `json:"account_id"`
	Region    string        `json:"region"`
	From      string        `json:"from"`
	To        string        `json:"to"`
	Traffic   string        `json:"traffic"`
	Verdict   reach.Verdict `json:"verdict"` // afterwards
}

func (p *program) simulate(c *urfave.Context) error {
	if err := checkAnswer(c); err != nil {
		return err
	}
	lines, err := p.readPlan(c.Args().First())
	if err != nil {
		return err
	}
	conf, err := config.Read(c.String("config"))
	if err != nil {
		return err
	}
	opts, err := conf.Choose(nil, nil)
	if err != nil {
		return err
	}
	client, err := clientOptions(c)
	if err != nil {
		return err
	}
	read, err := p.readOr(c, "from", client)
	if err != nil {
		return err
	}
	inv := read.Inventory
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		return &console.Failure{Message: "the plan would fail:\n" + strings.Join(console.Lines(err), "\n"), Hint: "audit again and make the plan anew, if the groups changed since"}
	}
	s := &simulation{driftAnswer: drift(read, &inventory.Snapshot{TakenAt: read.TakenAt, Inventory: after}, opts), Steps: len(lines), Lost: []pairChange{}, Gained: []pairChange{}}
	access := remedy.CompareAccess(inv, after, remedy.MaxPairs)
	s.Asked, s.Cut, s.Unsure = access.Asked, access.Cut, access.Unknown
	s.NotRead = append([]string{}, access.Unread...)
	s.Lost, s.Gained = append(s.Lost, pairChanges(access.Lost)...), append(s.Gained, pairChanges(access.Gained)...)
	if err := p.answer(c, s, s.text()); err != nil {
		return err
	}
	if c.Bool("exit-code") && len(s.Lost)+len(s.New) > 0 {
		return status(exitFindings)
	}
	return p.conclude(inv, c.Context.Err() != nil)
}

// readPlan reads the changes of a file, or of standard input.
func (p *program) readPlan(file string) ([]change.Line, error) {
	var text []byte
	var err error
	if file == "-" {
		text, err = files.Text(p.stdin, files.Most)
	} else {
		text, err = files.Read(file, files.Most)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	lines, err := change.ParseScript(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(lines) == 0 {
		return nil, console.Usage("a change looks like aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-… --security-group-rule-ids sgr-…", "%s holds no change of a security group", file)
	}
	return lines, nil
}

func pairChanges(list []remedy.PairChange) []pairChange {
	var changes []pairChange
	for _, p := range list {
		changes = append(changes, pairChange{p.AccountID, p.Region, p.From, p.To, p.Traffic.String(), p.Verdict})
	}
	return changes
}

func (s *simulation) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s carried out on a copy; nothing was changed.\n", words.Count(s.Steps, "step"))
	out.WriteString(s.driftAnswer.text())
	for _, list := range []struct {
		heading, sign string
		pairs         []pairChange
	}{{"Lose access:", "-", s.Lost}, {"Gain access:", "+", s.Gained}} {
		if len(list.pairs) == 0 {
			continue
		}
		out.WriteString(list.heading + "\n")
		region := ""
		for _, p := range list.pairs {
			if r := p.AccountID + " " + p.Region; r != region {
				region = r
				fmt.Fprintf(&out, "  %s\n", words.Plain(r))
			}
			unsure := ""
			if p.Verdict == reach.Unknown {
				unsure = " (could not be determined)"
			}
			fmt.Fprintf(&out, "    %s %s to %s by %s%s\n", list.sign, words.Plain(p.From), words.Plain(p.To), words.Plain(p.Traffic), unsure)
		}
	}
	for _, region := range s.NotRead {
		fmt.Fprintf(&out, "Who gains or loses access in %s could not be determined: its network interfaces were not read.\n", words.Plain(region))
	}
	if len(s.Lost)+len(s.Gained) == 0 && (len(s.NotRead) == 0 || s.Asked > 0) {
		fmt.Fprintf(&out, "No interface gains or loses access to another: %s asked before and after.\n", words.Count(s.Asked, "pair"))
	}
	if s.Unsure > 0 {
		fmt.Fprintf(&out, "Of %s it could not be determined whether they can connect, before and after.\n", words.Count(s.Unsure, "pair"))
	}
	if s.Cut {
		fmt.Fprintf(&out, "There are more pairs than the %d that were asked.\n", s.Asked)
	}
	return out.String()
}
