package picture_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestSeveralAccounts holds that a picture of several accounts says which group
// is in which, in every format, and that the title names none of them alone.
func TestSeveralAccounts(t *testing.T) {
	inv := notation.MustParse(`account 111122223333 shop
region eu-west-1
vpc-1 10.0.0.0/16 tag "Name=main"
sg-1 web
  in tcp/22 0.0.0.0/0
eni-1 sg-1 10.0.0.10
account 444455556666 bank
region eu-west-1
vpc-1 10.0.0.0/16 tag "Name=main"
sg-2 web
  in tcp/22 0.0.0.0/0
eni-2 sg-2 10.0.0.11
region eu-west-2
unread interfaces denied
sg-3 web vpc vpc-2
  in tcp/22 0.0.0.0/0
`).Inventory
	inv.Caller.AccountID = "777788889999" // the caller's account may be none of them
	p, _ := of(inv, false)
	docs := documents(p)
	for _, view := range []string{"layers", "column", "board", "matrix", "dot", "mermaid", "json"} {
		for _, want := range []string{"111122223333", "444455556666", "shop", "bank"} {
			if !strings.Contains(docs[view], want) {
				t.Errorf("%s does not name %s", view, want)
			}
		}
		if view != "json" && strings.Contains(docs[view], "777788889999") {
			t.Errorf("%s names the account of the caller, which has no group in it", view)
		}
	}
	for _, view := range []string{"layers", "column", "board", "matrix"} {
		if !strings.Contains(docs[view], "2 accounts: ") {
			t.Errorf("the title of %s does not say that there are 2 accounts", view)
		}
	}
	if !strings.Contains(docs["board"], "eu-west-2 of account 444455556666 (bank) was not read in full") {
		t.Error("the board does not say in which account a region was not read")
	}
	if want := ">account 444455556666 (bank) · eu-west-1</text>"; !strings.Contains(docs["board"], want) {
		t.Errorf("two VPCs named main cannot be told apart on the board, which does not say %q", want)
	}
	for id, n := range elements(t, docs["layers"]) {
		if n > 1 {
			t.Errorf("the id %s is there %d times", id, n)
		}
	}
	one := notation.MustParse("account 444455556666 bank\nregion eu-west-1\nsg-1 web\n  in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n").Inventory
	one.Caller.AccountID = "777788889999"
	p, _ = of(one, false)
	if svg, _ := p.Layers(false); !strings.Contains(svg, "Account 444455556666 (bank): who can reach what") {
		t.Error("the picture of one account names another in its title")
	}
}
