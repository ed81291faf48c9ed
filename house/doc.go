// Package house holds the rules that the whole program keeps, as tests:
//
//   - imports_test.go: imports run downwards only, and a library that one
//     package hides is imported by no other;
//   - readonly_test.go: nothing that is linked into the program calls an
//     operation of AWS that changes something;
//   - permissions_test.go: with any one IAM action denied, no finding
//     disappears without a "not evaluated" in its place;
//   - kill_test.go: a file that the program writes is always whole, at whatever
//     moment the program is killed;
//   - page_test.go: docs/architecture.md names every package, and nothing that
//     does not exist;
//   - ci_test.go: a job of .ci/run that fails ends the run, and every package that
//     starts goroutines is tested under the race detector;
//   - main_test.go: makes the test binary run as sgaudit where it is started
//     under that name.
//
// The rules of one package are tested in that package.
package house
