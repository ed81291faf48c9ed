package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/words"
)

var configTasks = []string{"check", "show"}

func (p *program) configVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "config",
		Usage:     "check the configuration file, or show the settings that are in effect",
		ArgsUsage: "TASK",
		Description: "TASK is check, which lists every mistake with its line and column and exits with 2 if there is one, " +
			"or show, which prints all settings, those of the file and the defaults of the rest, as a file that has them.",
		Flags: []urfave.Flag{configFlag()},
		Action: func(c *urfave.Context) error {
			name := c.String("config")
			switch task := c.Args().First(); task {
			case "check":
				if name == "" {
					return console.Usage("name it with --config or in $"+configVariable, "there is no configuration file to check")
				}
				if _, err := readConfig(name); err != nil {
					return err
				}
				return p.console.Print(name + ": no mistakes\n")
			case "show":
				config, err := readConfig(name)
				if err != nil {
					return err
				}
				text, err := config.show()
				if err != nil {
					return err
				}
				return p.console.Print(text)
			default:
				return console.Unknown("task", task, configTasks)
			}
		},
	}
}

// effective is the configuration file that sets everything. The order of its
// fields is that of the file.
type effective struct {
	TrustedCIDRs []string          `yaml:"trusted_cidrs,flow"`
	PublicPorts  []string          `yaml:"public_ports,flow"`
	Accounts     []string          `yaml:"accounts,flow"`
	Bastions     []string          `yaml:"bastions,flow"`
	BroadPublic4 int               `yaml:"broad_public_ipv4"`
	BroadPublic6 int               `yaml:"broad_public_ipv6"`
	WideRange    int32             `yaml:"wide_port_range"`
	RulesPer     int               `yaml:"rules_per_group"`
	Severities   map[string]string `yaml:"severities"`
	Services     []serviceText     `yaml:"services"`
	Checks       struct {
		Enable  []string `yaml:"enable"`
		Disable []string `yaml:"disable"`
	} `yaml:"checks"`
	Exceptions []exceptionShown `yaml:"exceptions"`
}

// exceptionShown is an exception with all that it may say.
type exceptionShown struct {
	Reason   string            `yaml:"reason"`
	Check    string            `yaml:"check,omitempty"`
	Account  string            `yaml:"account,omitempty"`
	Region   string            `yaml:"region,omitempty"`
	Group    string            `yaml:"group,omitempty"`
	Resource string            `yaml:"resource,omitempty"`
	Tags     map[string]string `yaml:"tags,omitempty,flow"`
	Ports    string            `yaml:"ports,omitempty"`
	Source   string            `yaml:"source,omitempty"`
	Expires  string            `yaml:"expires,omitempty"`
	Owner    string            `yaml:"owner,omitempty"`
	Ticket   string            `yaml:"ticket,omitempty"`
}

type serviceText struct {
	Ports    string `yaml:"ports"`
	Name     string `yaml:"name"`
	Kind     string `yaml:"kind"`
	Severity string `yaml:"severity"`
}

// show returns the settings in effect as a file: what runs of the checks that
// are off by default, and what does not of the others, stands under checks.
func (c *config) show() (string, error) {
	s := &c.settings
	e := effective{
		TrustedCIDRs: []string{}, PublicPorts: []string{}, Accounts: append([]string{}, s.Accounts...), Bastions: append([]string{}, s.Bastions...),
		BroadPublic4: s.BroadPublic4, BroadPublic6: s.BroadPublic6, WideRange: s.WideRange, RulesPer: s.RulesPerGroup,
	}
	for _, p := range s.TrustedCIDRs {
		e.TrustedCIDRs = append(e.TrustedCIDRs, p.String())
	}
	for _, t := range s.PublicPorts {
		e.PublicPorts = append(e.PublicPorts, t.String())
	}
	e.Severities, e.Services = map[string]string{}, []serviceText{}
	for id, severity := range s.Severities {
		e.Severities[id] = severity.String()
	}
	for _, x := range s.Services {
		t := serviceText{Ports: x.Traffic.String(), Name: x.Name, Severity: x.Severity.String()}
		for word, class := range audit.Classes() {
			if class == x.Class {
				t.Kind = word
			}
		}
		e.Services = append(e.Services, t)
	}
	e.Checks.Enable, e.Checks.Disable = append([]string{}, c.enable...), append([]string{}, c.disable...)
	e.Exceptions = []exceptionShown{}
	for i := range c.exceptions {
		x := &c.exceptions[i]
		t := exceptionShown{x.Reason, x.Check, x.Account, x.Region, x.Group, x.Resource, x.Tags, "", x.Source, x.ExpiresText(), x.Owner, x.Ticket}
		if x.Ports != nil {
			t.Ports = x.Ports.String()
		}
		e.Exceptions = append(e.Exceptions, t)
	}
	text, err := visibleYAML(e)
	if err != nil {
		return "", fmt.Errorf("writing the settings: %w", err)
	}
	var off []string
	for _, check := range audit.Checks() {
		if check.OnRequest && !strings.Contains(" "+strings.Join(c.enable, " ")+" ", " "+check.ID+" ") {
			off = append(off, "#   "+check.ID)
		}
	}
	return string(text) + "# off unless they are enabled:\n" + strings.Join(off, "\n") + "\n", nil
}

// visibleYAML writes a value as YAML in which every character can be seen: texts
// that hold others stand in double quotes, where they are escaped.
func visibleYAML(value any) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(value); err != nil {
		return nil, err
	}
	var quote func(n *yaml.Node)
	quote = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && words.Plain(n.Value) != n.Value {
			n.Style = yaml.DoubleQuotedStyle
		}
		for _, part := range n.Content {
			quote(part)
		}
	}
	quote(&root)
	text, err := yaml.Marshal(&root)
	return words.JSON(text), err // the escapes of JSON are those of YAML too
}
