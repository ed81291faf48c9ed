package cli

import (
	"context"
	"fmt"
	"net"
	"os"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

func (p *program) demoVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "demo",
		Usage: "audit a built-in demo account: no credentials, no AWS",
		Description: "The account is made up: an online shop with typical mistakes. sgaudit serves it on loopback as EC2 would, " +
			"and reads it with the same client that reads AWS. It uses no AWS variables, files or credentials. " + auditCodes,
		Flags: append([]urfave.Flag{
			&urfave.BoolFlag{Name: "serve", Usage: "audit nothing, and serve the account to any EC2 client until Ctrl-C"},
			&urfave.BoolFlag{Name: "writable", Usage: "with --serve: also accept calls that change groups, to try a plan of sgaudit fix, and those of the lab guide (docs/lab.md)"},
			&urfave.StringFlag{Name: "address", Usage: "serve on this loopback `HOST:PORT` (default: any free port)"},
			&urfave.StringFlag{Name: "estate", Usage: "instead of the embedded account serve that of this `FILE`, in the notation of sgaudit snapshot -o sg"},
		}, declareAuditFlags()...),
		Action: p.demo,
	}
}

func (p *program) demo(c *urfave.Context) error {
	flags, err := readAuditFlags(c, "")
	if err != nil {
		return err
	}
	if c.Bool("serve") {
		for _, f := range declareAuditFlags() {
			if name := f.Names()[0]; c.IsSet(name) && name != "config" { // which a variable may set
				return console.Usage("drop one of them", "--serve audits nothing, so --%s has no effect", name)
			}
		}
	}
	if c.Bool("writable") && !c.Bool("serve") {
		return console.Usage("write sgaudit demo --serve --writable", "--writable has no effect without --serve")
	}
	address := c.String("address")
	if err := checkLoopback(address); err != nil {
		return err
	}
	name, text := "demo.sg", estates.Demo()
	if file := c.String("estate"); file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the estate: %w", err)
		}
		name, text = file, string(content)
	}
	server, err := serveEstate(name, text, endpoint.Options{Address: address, Writable: c.Bool("writable")})
	if err != nil {
		return err
	}
	defer server.Close()
	if c.Bool("serve") {
		return p.serve(c.Context, server.URL, c.Bool("writable"))
	}
	flags.source.client.EndpointURL, flags.source.client.StaticCredentials = server.URL, true
	flags.again, flags.madeUp = demoAgain(c), madeUpAgain(c)
	return p.audit(c.Context, flags)
}

// serveEstate serves an account in the notation of the tests.
func serveEstate(name, text string, opts endpoint.Options) (*endpoint.Server, error) {
	estate, err := notation.Parse(name, text)
	if err != nil {
		return nil, err
	}
	server, err := endpoint.Serve(estate.Inventory, opts)
	if err != nil {
		return nil, fmt.Errorf("serving the demo account: %w", err)
	}
	return server, nil
}

// serve says how to use the endpoint and waits for Ctrl-C.
func (p *program) serve(ctx context.Context, url string, writable bool) error {
	text := fmt.Sprintf(`The demo account is served at %[1]s until Ctrl-C. In another terminal:

  export AWS_ENDPOINT_URL=%[1]s AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo
  aws ec2 describe-security-groups --region us-east-1
  sgaudit audit
`, url)
	if writable {
		text += `
It is writable: it accepts calls that change groups, and forgets the changes when it ends. To run a plan:

  sgaudit fix -o sh=plan.sh
  sh plan.sh
  sgaudit audit
`
	}
	if err := p.console.Print(text); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// checkLoopback refuses to offer the made-up account to a network.
func checkLoopback(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return console.Usage("write it like 127.0.0.1:8080", "--address %q: %s", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return console.Usage("write it like 127.0.0.1:8080", "--address %q is not on loopback", address)
	}
	return nil
}
