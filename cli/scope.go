package cli

import (
	"strconv"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
)

// scopeFlags choose what is read, on every verb that reads.
func scopeFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringSliceFlag{Name: "region", Category: categoryRead, Usage: "read only this `REGION`, repeatable (default: all enabled regions, even if AWS_REGION is set)"},
		&urfave.StringSliceFlag{Name: "exclude-region", Category: categoryRead, Usage: "skip this `REGION`, repeatable; the run is complete without it"},
		&urfave.StringFlag{Name: "expect-account", Category: categoryRead, Usage: "refuse to run unless the credentials belong to this account `ID`"},
		choice(&urfave.StringFlag{Name: "depth", Value: string(inventory.DepthNetwork), Category: categoryRead, Usage: "read `DEPTH`: groups (security groups and interfaces), network (also routes, network ACLs and gateways), services (also load balancers, functions and WAF)"}, "depth", depthWords()...),
		aggregatorFlag(),
		&urfave.StringFlag{Name: "max-rps", Category: categoryRead, Usage: "at most `N` calls a second in each region"},
		&urfave.StringFlag{Name: "region-deadline", Category: categoryRead, Usage: "give up a region after this `TIME`, for example 90s or 5m"},
	}
}

// aggregatorFlag names the configuration aggregator that is asked for an organization.
func aggregatorFlag() urfave.Flag {
	return &urfave.StringFlag{Name: "config-aggregator", Category: categoryRead, Usage: "at --depth services, ask this configuration aggregator of AWS Config, `[REGION/]NAME`, once for what uses security groups in all accounts and regions"}
}

// checkAggregator refuses a name that is none, and a depth that does not ask it.
func checkAggregator(c *urfave.Context, depth inventory.Depth) error {
	switch name := c.String("config-aggregator"); {
	case name == "":
		return notEmpty(c, "config-aggregator")
	case !awsclient.IsAggregator(name):
		return console.Usage("write it like organization or eu-west-1/organization", "--config-aggregator %q is not the name of a configuration aggregator", name)
	case depth != inventory.DepthServices:
		return console.Usage("add --depth services", "at depth %s nothing is asked of AWS Config, so --config-aggregator has no effect", depth)
	}
	return nil
}

// readFlags are on the verbs that read an account and audit nothing.
func readFlags() []urfave.Flag { return append(scopeFlags(), accountFlags()...) }

// accountFlags are on the verbs that need an account of one's own.
func accountFlags() []urfave.Flag {
	return append([]urfave.Flag{
		&urfave.StringSliceFlag{Name: "profile", Category: categoryRead, Usage: "use this `PROFILE` of the AWS configuration files; of several, the account of each is read"},
		&urfave.StringFlag{Name: "endpoint-url", Category: categoryRead, Usage: "send every call to this `URL` instead of AWS"},
	}, accountsFlags()...)
}

// notEmpty refuses flags that are given without a value: where a script's
// variable is unset, that must not mean the default.
func notEmpty(c *urfave.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		if c.IsSet(name) && c.String(name) == "" {
			errs = append(errs, console.Usage("", "--%s is empty", name))
		}
	}
	return console.Combine(errs...)
}

// clientOptions reads the flags that say what is read.
func clientOptions(c *urfave.Context) (awsclient.Options, error) {
	o := awsclient.Options{
		EndpointURL:   c.String("endpoint-url"),
		ExpectAccount: c.String("expect-account"),

		ConfigAggregator: c.String("config-aggregator"),
	}
	var errs []error
	try := func(err error) { errs = append(errs, err) }

	try(notEmpty(c, "endpoint-url", "expect-account", savedAccount, "depth", "max-rps", "region-deadline"))
	var err error
	o.Regions, err = flagValues(c, "region", checkRegion)
	try(err)
	o.ExcludeRegions, err = flagValues(c, "exclude-region", checkRegion)
	try(err)
	o.Depth, err = parseDepth(c.String("depth"))
	try(err)
	if err == nil {
		try(checkAggregator(c, o.Depth))
	}
	if a := c.String(savedAccount); a != "" && !inventory.IsAccountID(a) {
		try(console.Usage("", "--account %q: an account id has twelve digits", a))
	}
	if a := o.ExpectAccount; a != "" && !inventory.IsAccountID(a) {
		try(console.Usage("", "--expect-account %q: an account id has twelve digits", a))
	}
	if s := c.String("max-rps"); s != "" {
		o.MaxRPS, err = strconv.ParseFloat(s, 64)
		if err != nil || !(o.MaxRPS > 0 && o.MaxRPS <= 10000) {
			try(console.Usage("", "--max-rps %q is not a number above 0 and up to 10000", s))
		}
	}
	if s := c.String("region-deadline"); s != "" {
		o.RegionDeadline, err = time.ParseDuration(s)
		if err != nil || o.RegionDeadline <= 0 {
			try(console.Usage("write it like 90s or 5m", "--region-deadline %q is not a time above 0", s))
		}
	}
	return o, console.Combine(errs...)
}
