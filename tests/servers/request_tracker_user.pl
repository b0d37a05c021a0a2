# What an administrator does after the data that comes along with Casebridge: our user, in its group, with a token.
use strict;
use warnings;

our @Users = ( { Name => 'casebridge', RealName => 'Casebridge', EmailAddress => 'casebridge@acme.example', Privileged => 1 } );

our @Final = (
    sub {
        my $user = RT::User->new( RT->SystemUser );
        $user->Load('casebridge');
        my $group = RT::Group->new( RT->SystemUser );
        $group->LoadUserDefinedGroup('Casebridge');
        my ( $joined, $why ) = $group->AddMember( $user->PrincipalId );
        die $why unless $joined;
        my ( $ok, $said, $string ) = RT::AuthToken->new( RT->SystemUser )->Create( Owner => $user->Id, Description => 'tests' );
        die $said unless $ok;
        open my $out, '>', $ENV{RT_TOKENS} or die "$ENV{RT_TOKENS}: $!";
        print $out "casebridge $string\n";
        close $out;
    },
);

1;
